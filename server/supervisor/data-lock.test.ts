import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { lockDataDirectory } from './data-lock'

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-lock-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

it('gives the directory to one holder at a time', async () => {
  const directory = temporaryDirectory()
  const first = await lockDataDirectory(directory)
  expect(first).not.toBeNull()
  expect(await lockDataDirectory(directory)).toBeNull()
  first?.release()
  const second = await lockDataDirectory(directory)
  expect(second).not.toBeNull()
  second?.release()
})

it('that was released twice, or late, is not taken from its next holder', async () => {
  const directory = temporaryDirectory()
  const first = await lockDataDirectory(directory)
  first?.release()
  first?.release()
  const second = await lockDataDirectory(directory)
  expect(second).not.toBeNull()
  first?.release()
  expect(await lockDataDirectory(directory)).toBeNull()
  second?.release()
})

it('takes over from a holder that was killed', async () => {
  const directory = temporaryDirectory()
  const module = fileURLToPath(new URL('./data-lock.ts', import.meta.url))
  const script = `import(${JSON.stringify(module)}).then(async (m) => {
    const lock = await m.lockDataDirectory(${JSON.stringify(directory)})
    process.stdout.write(lock ? 'held' : 'refused')
    setInterval(() => {}, 1000)
  })`
  const holder = spawn(process.execPath, ['--import', 'tsx', '-e', script])
  const [output] = await once(holder.stdout, 'data')
  expect(String(output)).toBe('held')
  expect(await lockDataDirectory(directory)).toBeNull()
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  const lock = await lockDataDirectory(directory)
  expect(lock).not.toBeNull()
  lock?.release()
})
