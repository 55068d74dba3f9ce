/**
 * The secret that the planes of one installation share, so that no other process of the machine can ask them. The
 * supervisor makes one at its start; planes that are started one by one find it in their data directory or their setting.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isLoopbackHost } from '@/lib/shared/loopback-request'

export const PLANE_SECRET_SETTING = 'MIRRORBOARD_PLANE_SECRET'

/** A secret that was made here means nothing elsewhere, so it is never sent beyond this machine. */
const MADE_HERE = 'local-'
const FILE = 'plane-secret'
const BYTES = 32

/** Makes a new secret and keeps it in the data directory, in place of the last start's. Throws the system's error. */
export function renewPlaneSecret(dataDirectory: string): string {
  rmSync(join(dataDirectory, FILE), { force: true })
  return keptPlaneSecret(dataDirectory)
}

/**
 * The secret kept in the data directory, made when there is none yet. Throws the system's error when it can't be read or
 * written; of two processes that make one at once, both get the first one's.
 */
export function keptPlaneSecret(dataDirectory: string): string {
  const path = join(dataDirectory, FILE)
  try {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
    writeFileSync(path, `${MADE_HERE}${randomBytes(BYTES).toString('base64url')}`, {
      flag: 'wx',
      mode: 0o600,
    })
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (!isThere) throw error
  }
  return readFileSync(path, 'utf8').trim()
}

/** The request headers that let a plane in at another plane's door; none where the secret has no business. */
export function planeHeaders(
  secret: string | undefined,
  url: string,
): Readonly<Record<string, string>> {
  if (secret === undefined) return {}
  if (secret.startsWith(MADE_HERE) && !isLoopbackHost(new URL(url).host)) return {}
  return { authorization: `Bearer ${secret}` }
}

/** Whether an Authorization header carries the secret. */
export function carriesSecret(authorization: string | undefined, secret: string): boolean {
  return equalSecrets(authorization ?? '', `Bearer ${secret}`)
}

/** Whether both are the same, told in a time that does not depend on where they differ. */
export function equalSecrets(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}
