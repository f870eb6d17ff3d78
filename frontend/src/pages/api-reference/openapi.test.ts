import { type ApiDocument, curlOf, refsOf, routesByTag, typeOf } from "./openapi";

const DOCUMENT: ApiDocument = {
  info: { version: "1" },
  paths: {
    "/api/v1/jobs/{job_id}": {
      get: { operationId: "job", tags: ["jobs"], summary: "Return a job" },
      delete: { operationId: "cancel", tags: ["jobs"], summary: "Cancel a job" },
    },
    "/api/v1/backtests": { post: { operationId: "run", tags: ["backtests"], requestBody: {} } },
  },
  components: { schemas: {} },
};

describe("the reference of the API", () => {
  it("groups routes by tag and finds them by any of their words", () => {
    expect([...routesByTag(DOCUMENT).keys()]).toEqual(["jobs", "backtests"]);
    expect(
      routesByTag(DOCUMENT, "CANCEL")
        .get("jobs")
        ?.map((route) => route.method),
    ).toEqual(["DELETE"]);
    expect(routesByTag(DOCUMENT, "nothing of the kind").size).toBe(0);
  });

  it("says a type in few words", () => {
    expect(typeOf({ anyOf: [{ type: "integer" }, { type: "null" }] })).toBe("integer or null");
    expect(typeOf({ type: "array", items: { $ref: "#/components/schemas/Bar" } })).toBe("list of Bar");
    expect(typeOf({ type: "object", additionalProperties: { type: "number" } })).toBe("number by name");
    expect(refsOf({ items: { $ref: "#/components/schemas/Bar" } })).toEqual(["Bar"]);
  });

  it("gives a command that names what has to be filled in", () => {
    const [route] = routesByTag(DOCUMENT, "cancel").get("jobs") ?? [];
    expect(route && curlOf(route, "http://h")).toBe("curl -X DELETE 'http://h/api/v1/jobs/JOB_ID'");
  });
});
