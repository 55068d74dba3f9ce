/**
 * Every measurement, one after the other, short enough to watch: about a quarter of an hour. For one with options of its own, run its
 * file. `npm run bench -- gateway routes` runs just those.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from './harness.mjs'

const ALL = {
  parsers: [],
  regex: ['--matches=50000', '--repeats=3'],
  gateway: ['--seconds=2', '--repeats=3'],
  capture: ['--seconds=2', '--repeats=3'],
  isolation: ['--seconds=1', '--warm=1', '--repeats=1'],
  workers: ['--seconds=2', '--repeats=3'],
  routes: [],
  soak: ['--minutes=2'],
  sandbox: [],
  validation: [],
}

const asked = process.argv.slice(2)
for (const name of asked) if (!(name in ALL)) throw new Error(`Unknown measurement ${name}`)
for (const name of asked.length === 0 ? Object.keys(ALL) : asked) {
  console.log(`\n# ${name}`)
  const args = [join(root, 'bench', `${name}.mjs`), ...ALL[name]]
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) process.exitCode = 1
}
