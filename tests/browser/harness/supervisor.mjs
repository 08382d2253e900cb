// A supervisor of one's own in a temporary folder, with a page on a free port and a user who may do everything.
//
// MAINSTAY_BIN names the folder with `supervisor` and `ctl`. Waiting is always on something, with a deadline.

import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';

const bin = process.env.MAINSTAY_BIN ?? 'build/debug/bin';
export const deadline = 1000 * Number(process.env.MAINSTAY_TEST_DEADLINE ?? 60);

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

// Waits for what no event tells of; the deadline only ends a test that is stuck.
export async function until(condition, what) {
  for (const end = Date.now() + deadline; ;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`did not happen in time: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

// Of the processes whose working folder is in `folder` or whose command line names it.
function processesOf(folder) {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid).filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) || readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(folder);
    } catch {
      return false;
    }
  }).map(Number);
}

export class Supervisor {
  static user = 'ana';
  static password = 'correct horse battery';

  // `yaml` without `web:`; `files` (name: content) and copies of `folders` (name: path) go beside it.
  static async start(yaml, { files = {}, folders = {}, level = 'admin', user = true } = {}) {
    const it = new Supervisor();
    try {
      await it.#begin(yaml, files, folders);
      if (user) await it.ctl(['password', Supervisor.user, '--level', level], { input: `${Supervisor.password}\n` });
    } catch (error) {
      await it.stop();
      throw error;
    }
    return it;
  }

  async #begin(yaml, files, folders) {
    this.folder = mkdtempSync(join(tmpdir(), 'mainstay-browser-'));
    this.port = await freePort();
    this.url = `http://127.0.0.1:${this.port}/`;
    this.socket = join(this.folder, 'run', 'control.sock');
    const config = join(this.folder, 'ecosystem.yaml');
    writeFileSync(config, `${yaml}\nweb: {listen: "127.0.0.1:${this.port}"}\n`);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(this.folder, name), content, { mode: 0o755 });
    for (const [name, path] of Object.entries(folders)) cpSync(path, join(this.folder, name), { recursive: true });
    this.process = spawn(join(bin, 'supervisor'), [
      '--config', config, '--state-dir', join(this.folder, 'state'), '--log-dir', join(this.folder, 'log'), '--socket', this.socket,
    ], { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
    this.words = '';
    this.process.stderr.setEncoding('utf8').on('data', (text) => { this.words += text; });
    await until(() => this.process.exitCode !== null || this.ctl(['ping']).then(() => true, () => false), 'the supervisor answers');
    if (this.process.exitCode !== null) throw new Error(`the supervisor has ended: ${this.words}`);
  }

  // What ctl printed; it has to exit with `code`.
  ctl(words, { input = '', code = 0 } = {}) {
    return new Promise((resolve, reject) => {
      const child = execFile(join(bin, 'ctl'), ['--socket', this.socket, ...words], { timeout: deadline, maxBuffer: 1 << 26 }, (error, out, err) => {
        const exit = error ? error.code : 0;
        if (exit === code) resolve(out);
        else reject(new Error(`ctl ${words.join(' ')}: exit ${exit}\n${out}${err}\n--- supervisor\n${this.words}`));
      });
      child.stdin.on('error', () => {});  // it may end without reading
      child.stdin.end(input);
    });
  }

  async json(...words) {
    return JSON.parse(await this.ctl([...words, '--json']));
  }

  async service(name) {
    return this.json('show', name);
  }

  // Waits until `condition(service)` holds.
  wait(name, condition, what) {
    return until(async () => {
      const service = await this.service(name);
      return condition(service) ? service : null;
    }, `${name} is ${what}`);
  }

  running(name) {
    return this.wait(name, (service) => service.state === 'running', 'running');
  }

  // The pids of our keeper's children that run this program.
  pidsOf(program) {
    return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).filter((pid) => {
      try {
        const [, name, rest] = /^\d+ \((.*)\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
        const [state, parent] = rest.split(' ');
        return name === program.slice(0, 15) && state !== 'Z' && Number(parent) === this.process.pid;
      } catch {
        return false;
      }
    }).map(Number);
  }

  async stop() {
    if (this.process && this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill('SIGTERM');
      const stuck = setTimeout(() => this.process.kill('SIGKILL'), deadline);
      await ended;
      clearTimeout(stuck);
    }
    const left = processesOf(this.folder);
    for (const pid of left) process.kill(pid, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
    if (left.length) throw new Error(`processes survived the supervisor: ${left}\n${this.words}`);
  }
}
