/** `npm start` in checkouts whose packages came in other ways than by `npm start`. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const LOCK = {
  packages: {
    '': { name: 'x' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/a/node_modules/b': { version: '2.0.0', dev: true },
    'node_modules/native': { version: '1.0.0', optional: true, os: ['sunos'], cpu: ['sparc'] },
    'node_modules/failed': { version: '1.0.0', optional: true },
  },
}

function write(file: string, content: unknown): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
}

/** A checkout with its packages installed by npm and not by us, and an npm that only says that it was called. */
function checkout(): string {
  const root = mkdtempSync(join(tmpdir(), 'mirrorboard-cli-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const name of ['run', 'commands', 'node-problem', 'installed-packages']) {
    cpSync(join('server/cli', `${name}.mjs`), join(root, 'server/cli', `${name}.mjs`))
  }
  write(join(root, 'package-lock.json'), LOCK)
  write(join(root, 'npm.js'), "console.log('npm was called'); process.exit(1)")
  write(join(root, 'node_modules/a/package.json'), { version: '1.0.0' })
  write(join(root, 'node_modules/a/node_modules/b/package.json'), { version: '2.0.0' })
  const { '': _, 'node_modules/failed': __, ...installed } = LOCK.packages
  write(join(root, 'node_modules/.package-lock.json'), { packages: installed })
  return root
}

/** Whether a command installs packages first. */
function installs(root: string): boolean {
  const { stdout } = spawnSync(process.execPath, ['server/cli/run.mjs', 'check'], {
    cwd: root,
    env: { ...process.env, npm_execpath: join(root, 'npm.js') },
    encoding: 'utf8',
  })
  return stdout.includes('npm was called')
}

test('packages that npm installed are not installed again, nor in a copy', () => {
  const root = checkout()
  expect(installs(root)).toBe(false)
  const copy = `${root}-copy`
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
  cpSync(root, copy, { recursive: true })
  expect(installs(copy)).toBe(false)
})

test.each([
  ['a package is missing', 'node_modules/a/node_modules/b/package.json', undefined],
  ['a package has another version', 'node_modules/a/package.json', { version: '1.0.1' }],
  ['npm was interrupted', 'node_modules/.package-lock.json', undefined],
  [
    'a package came to the lock',
    'package-lock.json',
    {
      packages: { ...LOCK.packages, 'node_modules/c': { version: '1.0.0' } },
    },
  ],
])('packages are installed when %s', (_name, file, content) => {
  const root = checkout()
  rmSync(join(root, file))
  if (content !== undefined) write(join(root, file), content)
  expect(installs(root)).toBe(true)
})
