// The script that the modules are made into when the page is built in.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

const folder = fileURLToPath(new URL('../../supervisor/gateway/page', import.meta.url));
const assets = fileURLToPath(new URL('../../supervisor/gateway/assets', import.meta.url));
const program = `import json, sys
sys.path.insert(0, ${JSON.stringify(folder)})
import bundle
print(json.dumps(bundle.bundle(json.load(sys.stdin), 'main.js')))`;

const python = (words, input = '') => spawnSync('python3', ['-B', '-c', words], { input, encoding: 'utf8' });

function bundle(files) {
  const { status, stdout, stderr } = python(program, JSON.stringify(files));
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

async function run(files) {
  const context = { log: [] };
  vm.runInNewContext(`'use strict';\n${bundle(files)[0]}`, context);
  await new Promise((resolve) => { setImmediate(resolve); });
  return [...context.log];
}

test('modules run once each, after what they import', async () => {
  assert.deepEqual(await run({
    'main.js': "import { a as one, b } from './parts/a.js';\nimport * as all from './parts/a.js';\nimport texts from './texts.js';\nlog.push(one(), b, all.b, texts.hello);",
    'parts/a.js': "import { C } from '../c.js';\nlog.push('a');\nexport function a() { return new C().name; }\nexport const b = 2;",
    'c.js': "log.push('c');\nexport class C { name = 'of c'; }",
    'texts.js': "log.push('texts');\nexport default { hello: 'hello' };",
  }), ['c', 'a', 'texts', 'of c', 2, 2, 'hello']);
});

test('a module that is imported later runs later, and shares what is there', async () => {
  const files = {
    'main.js': "import { count } from './count.js';\nimport('./view.js').then((view) => log.push(view.open(), count()));\nlog.push('main');",
    'view.js': "import {\n  count,\n} from './count.js';\nlog.push('view');\nexport async function unused() {}\nexport const open = () => count();",
    'count.js': 'let n = 0;\nexport function count() { return n += 1; }',
  };
  assert.deepEqual(await run(files), ['main', 'view', 1, 2]);
  assert.deepEqual(bundle(files)[1].sort(), ['count.js', 'main.js', 'view.js']);
});

test('a module may call something by the name of another module', async () => {
  assert.deepEqual(await run({ 'main.js': "import { make } from './api.js';\nconst api = make();\nlog.push(api);", 'api.js': "export const make = () => 'made';" }), ['made']);
});

test('what is not understood ends the build, and is named', () => {
  for (const [files, words] of [
    [{ 'main.js': "import './other.js';", 'other.js': '' }, /main\.js: not understood.*import '\.\/other\.js'/],
    [{ 'main.js': 'export { a };\nconst a = 1;' }, /not understood.*export \{ a \}/],
    [{ 'main.js': 'export let a = 1;' }, /not understood.*export let a/],
    [{ 'main.js': 'import(`./${name}.js`);' }, /not understood.*import\(/],
    [{ 'main.js': "import { a } from './gone.js';" }, /main\.js imports gone\.js, which is not there/],
    [{ 'main.js': "import { a } from './a.js';", 'a.js': "import { b } from './main.js';\nexport const a = b;" }, /main\.js imports a\.js imports main\.js: a circle/],
  ]) {
    const { status, stderr } = python(program, JSON.stringify(files));
    assert.notEqual(status, 0);
    assert.match(stderr, words);
  }
});

test('the page itself becomes one script that is whole', () => {
  const names = python(`import sys
sys.path.insert(0, ${JSON.stringify(folder)})
import embed
files = embed.collect(${JSON.stringify(assets)})
print(sorted(name for name in files if name.endswith('.js')), file=sys.stderr)
sys.stdout.buffer.write(files['/assets/js/main.js'])`);
  assert.equal(names.stderr.trim(), "['/assets/js/main.js', '/assets/js/theme.js']");
  new vm.Script(`'use strict';\n${names.stdout}`);
});
