/**
 * Starts the product for the browser tests and keeps all it prints, of every plane, in `product.log` of its data
 * directory: a test that looks for a secret in every file there so looks through the logs as well.
 */
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'

const log = createWriteStream(join(process.env.MIRRORBOARD_DATA_DIR, 'product.log'))
const product = spawn(process.execPath, ['server/cli/run.mjs', 'start'], {
  stdio: ['ignore', 'pipe', 'pipe'],
})
for (const stream of [product.stdout, product.stderr]) stream.pipe(log, { end: false })
product.stderr.pipe(process.stderr)

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => product.kill(signal))
product.on('close', (code) => {
  process.exitCode = code ?? 1
})
