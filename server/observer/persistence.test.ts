import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Persistence } from './persistence'
import type { SeriesStore } from './series-store'
import type { TimelineState } from './timeline'

it('writes nothing to a disk that is nearly full, and says so', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-series-'))
  const persistence = new Persistence(directory, 1_000, () => 1024)
  onTestFinished(async () => {
    await persistence.close()
    rmSync(directory, { recursive: true })
  })
  // Neither is looked at: the refusal comes first.
  const untouched = {} as SeriesStore & TimelineState
  await expect(persistence.save(untouched, untouched)).rejects.toThrow('no space left on device')
  expect(persistence.restore()).toBeNull()
})
