/**
 * A session as cookies: encrypted and authenticated (JWE, `dir` with A256GCM), in chunks below the browsers' limit of
 * 4,096 bytes a cookie. Nobody can read one, make one, or change one.
 */
import { base64url, CompactEncrypt, compactDecrypt } from 'jose'
import { z } from 'zod'
import type { Session } from './session'

/** Leaves room for the cookie's name and attributes. */
const CHUNK_BYTES = 3_800
const CHUNKS_MAX = 3

const sessionShape = z.object({
  id: z.string(),
  person: z.object({ name: z.string(), groups: z.array(z.string()) }),
  startedAt: z.number(),
  expiresAt: z.number(),
})

export interface CookieJar {
  /** Its name: cookies are shared by all ports of a host, so two Mirrorboards need two names. */
  readonly name: string
  readonly isSecure: boolean
  /** The first seals, all open. */
  readonly keys: () => readonly Uint8Array[]
  /** Of the installation: a cookie of another one's is none, even where keys are shared. */
  readonly audience: string
}

/** The jar of a dashboard that listens on `port`. Behind TLS its cookies are bound to the host. */
export function cookieJar(options: Omit<CookieJar, 'name'> & { readonly port: number }): CookieJar {
  const { port, ...rest } = options
  return { ...rest, name: rest.isSecure ? '__Host-mirrorboard' : `mirrorboard-${port}` }
}

/** Set-Cookie values that carry the session; null when it does not fit, which takes hundreds of groups. */
export async function sealSession(
  jar: CookieJar,
  session: Session,
  now: number,
): Promise<readonly string[] | null> {
  const [key] = jar.keys()
  if (key === undefined) return null
  const text = new TextEncoder().encode(JSON.stringify(session))
  const sealed = await new CompactEncrypt(text)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', aud: jar.audience })
    .encrypt(key)
  const chunks = sealed.match(new RegExp(`.{1,${CHUNK_BYTES}}`, 'g')) ?? []
  if (chunks.length > CHUNKS_MAX) return null
  const maxAge = Math.max(0, Math.floor((session.expiresAt - now) / 1000))
  return Array.from({ length: CHUNKS_MAX }, (_, index) => {
    const chunk = chunks[index]
    return setCookie(jar, index, chunk ?? '', chunk === undefined ? 0 : maxAge)
  })
}

/** Set-Cookie values that take the session away. */
export function clearedSession(jar: CookieJar): readonly string[] {
  return Array.from({ length: CHUNKS_MAX }, (_, index) => setCookie(jar, index, '', 0))
}

function setCookie(jar: CookieJar, index: number, value: string, maxAge: number): string {
  const secure = jar.isSecure ? '; Secure' : ''
  return `${jar.name}-${index}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure}`
}

/** The session that a Cookie header carries; null when there is none, it is not ours, or its time is over. */
export async function openSession(
  jar: CookieJar,
  cookieHeader: string | undefined,
  now: number,
): Promise<Session | null> {
  const sealed = chunksOf(jar, cookieHeader ?? '')
  if (sealed === '') return null
  for (const key of jar.keys()) {
    const text = await decrypt(jar, sealed, key)
    if (text === null) continue
    const session = parseSession(text)
    return session !== null && session.expiresAt > now ? session : null
  }
  return null
}

function chunksOf({ name }: CookieJar, header: string): string {
  const values = new Map(
    header.split(';').map((pair): [string, string] => {
      const at = pair.indexOf('=')
      return [pair.slice(0, Math.max(0, at)).trim(), pair.slice(at + 1).trim()]
    }),
  )
  return Array.from(
    { length: CHUNKS_MAX },
    (_, index) => values.get(`${name}-${index}`) ?? '',
  ).join('')
}

async function decrypt(jar: CookieJar, sealed: string, key: Uint8Array): Promise<string | null> {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    return protectedHeader['aud'] === jar.audience ? new TextDecoder().decode(plaintext) : null
  } catch {
    return null
  }
}

function parseSession(text: string): Session | null {
  try {
    return sessionShape.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** A name nobody can guess, for a session. */
export function newSessionId(random: (bytes: number) => Uint8Array): string {
  return base64url.encode(random(16))
}
