// Shows the API's counts and follows the jobs that were put in here.
"use strict";

const REFRESH_MS = 1000;
const followed = new Map();  // job id -> its line in the list

async function call(api, path, options) {
  const response = await fetch(api + path, options);
  const body = await response.json();
  if (!response.ok) throw new Error(body.error || response.statusText);
  return body;
}

function describe(job) {
  const attempts = job.attempts ? `, ${job.attempts} failed attempts` : "";
  const result = job.result ? ` → ${JSON.stringify(job.result)}` : "";
  return `${job.kind}: ${job.state}${attempts}${result}`;
}

async function refresh(api) {
  const connection = document.getElementById("connection");
  try {
    const counts = await call(api, "/jobs");
    for (const [name, count] of Object.entries(counts)) {
      document.querySelector(`[data-count="${name}"]`).textContent = count;
    }
    for (const [id, line] of followed) {
      const job = await call(api, `/jobs/${id}`);
      line.textContent = describe(job);
      if (job.state === "done" || job.state === "dead") followed.delete(id);
    }
    connection.textContent = `connected to ${api}`;
  } catch (error) {
    connection.textContent = `not live: ${error.message}; retrying`;
  }
  setTimeout(refresh, REFRESH_MS, api);
}

async function submit(api, form) {
  const line = document.createElement("li");
  document.getElementById("jobs").prepend(line);
  try {
    const job = {kind: form.kind.value, payload: {text: form.text.value}};
    const {id} = await call(api, "/jobs", {
      method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(job),
    });
    line.textContent = `${job.kind}: queued`;
    followed.set(id, line);
  } catch (error) {
    line.textContent = `not queued: ${error.message}`;
  }
}

async function main() {
  const {api} = await (await fetch("config.json")).json();
  const form = document.getElementById("submit");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(api, form);
  });
  refresh(api);
}

main();
