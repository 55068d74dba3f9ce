/** A disk that really fills up. Needs the right to mount a tmpfs; elsewhere store.test.ts plays the full disk. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startTestSandbox } from '../testing/start-sandbox'

const MAPS = '/api/v1/namespaces/default/configmaps'

function mountSmallDisk(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-full-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', directory], {
      stdio: 'ignore',
    })
    return directory
  } catch {
    rmdirSync(directory)
    return undefined
  }
}

const disk = mountSmallDisk()
afterAll(async () => {
  if (disk === undefined) return
  execFileSync('umount', [disk])
  await rm(disk, { recursive: true })
})

test.skipIf(disk === undefined)(
  'a full disk refuses writes with a Status, reads go on, and what was acknowledged is there after a restart (skipped where a tmpfs cannot be mounted)',
  async () => {
    const dataDirectory = join(disk ?? '', 'data')
    const sandbox = await startTestSandbox({ dataDirectory })
    const data = { a: 'x'.repeat(100_000) }
    const acknowledged: string[] = []
    for (let i = 0; ; i += 1) {
      const answer = await sandbox.json('POST', MAPS, { metadata: { name: `m${i}` }, data })
      if (answer.status === 201) acknowledged.push(`m${i}`)
      else {
        expect([answer.status, answer.body.kind, answer.body.message]).toEqual([
          507,
          'Status',
          'the disk that holds the cluster is full: nothing was written',
        ])
        break
      }
    }
    expect(acknowledged.length).toBeGreaterThan(10)
    // Another program takes the rest: not a byte is left for the store.
    try {
      writeFileSync(join(disk ?? '', 'rest'), Buffer.alloc(12_000_000))
    } catch {}
    const patch = { data: { b: '1' } }
    const type = 'application/merge-patch+json'
    expect((await sandbox.json('PATCH', `${MAPS}/m0`, patch, type)).status).toBe(507)
    expect((await sandbox.json('DELETE', `${MAPS}/m0`)).status).toBe(507)
    const names = (body: { items: { metadata: { name: string } }[] }) =>
      body.items.map(({ metadata }) => metadata.name).sort()
    expect(names((await sandbox.json('GET', MAPS)).body)).toEqual([...acknowledged].sort())
    await sandbox.stop()

    await rm(join(disk ?? '', 'rest'))
    const again = await startTestSandbox({ dataDirectory })
    expect(names((await again.json('GET', MAPS)).body)).toEqual([...acknowledged].sort())
    await again.stop()
  },
  60_000,
)
