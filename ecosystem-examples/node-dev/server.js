// A small server without dependencies; answers /health and a page, and ends politely on TERM.
import {createServer} from "node:http";

const port = Number(process.env.PORT ?? 3000);

const server = createServer((request, response) => {
  if (request.url === "/health") {
    response.writeHead(200, {"Content-Type": "application/json"});
    response.end(JSON.stringify({status: "ok", uptime: process.uptime()}));
    return;
  }
  response.writeHead(200, {"Content-Type": "text/plain; charset=utf-8"});
  response.end(`hello from node ${process.version}, pid ${process.pid}\n`);
});

server.listen(port, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${port}`));

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => {
    console.log(`${signal}: closing`);
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
