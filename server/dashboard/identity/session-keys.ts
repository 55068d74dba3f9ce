/**
 * The keys that seal session cookies, kept in the data directory so that sessions live through a restart. The first
 * seals, all open: a key is followed by a new one after a week, and goes when no session of its time can be left.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { SESSION_LIFE_MS } from './session'

const FILE = 'session-keys'
/** A256GCM takes keys of this size. */
const KEY_BYTES = 32
const keysFile = z.array(z.object({ madeAt: z.number(), key: z.string().regex(/^[\w-]{43}$/) }))
type KeptKey = z.infer<typeof keysFile>[number]

/** How often the file is looked at: a key's age is counted in days. */
const LOOK_AGAIN_MS = 3_600_000

/** The keys at any time, the sealing one first. Throws the system's error when they can't be read or written. */
export function keptSessionKeys(directory: string, now: () => number): () => readonly Uint8Array[] {
  let keys: readonly Uint8Array[] = []
  let readAt = Number.NEGATIVE_INFINITY
  const read = () => {
    const at = now()
    if (Math.abs(at - readAt) < LOOK_AGAIN_MS) return keys
    keys = readKeys(directory, at)
    readAt = at
    return keys
  }
  read()
  return read
}

function readKeys(directory: string, now: number): readonly Uint8Array[] {
  const path = join(directory, FILE)
  const kept = readKept(path)
  const current = renewed(kept, now)
  if (current !== kept) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    // A whole file or the old one: half a file would end every session.
    writeFileSync(`${path}.new`, JSON.stringify(current), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }
  return current.map(({ key }) => Buffer.from(key, 'base64url'))
}

function readKept(path: string): readonly KeptKey[] {
  try {
    return keysFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    // What can't be understood is replaced: people sign in again, which is the safe way.
    if (isAbsent || error instanceof z.ZodError || error instanceof SyntaxError) return []
    throw error
  }
}

function renewed(kept: readonly KeptKey[], now: number): readonly KeptKey[] {
  const [newest] = kept
  if (newest !== undefined && now - newest.madeAt < SESSION_LIFE_MS) return kept
  const made = { madeAt: now, key: randomBytes(KEY_BYTES).toString('base64url') }
  return [made, ...kept.filter(({ madeAt }) => now - madeAt < 2 * SESSION_LIFE_MS)]
}
