/** Signs a script in to a Mirrorboard of this machine, by the link in its data directory. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The session as a Cookie header for fetch, and as cookies for Playwright. Throws when the link is not taken. */
export async function signIn(dataDirectory) {
  const link = readFileSync(join(dataDirectory, 'login-url'), 'utf8').trim()
  const answer = await fetch(link, { redirect: 'manual' })
  const pairs = answer.headers
    .getSetCookie()
    .filter((cookie) => !cookie.includes('Max-Age=0'))
    .map((cookie) => cookie.split(';', 1)[0])
  if (pairs.length === 0) throw new Error(`Signing in was answered ${answer.status}.`)
  const { origin } = new URL(link)
  const cookies = pairs.map((pair) => {
    const at = pair.indexOf('=')
    return { url: origin, name: pair.slice(0, at), value: pair.slice(at + 1) }
  })
  return { header: pairs.join('; '), cookies }
}
