export function open(main) { main.append("…"); }
