/** The guard through real sockets: what a browser, a program, a thief and another user of the machine get. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readPerson, SESSION_HEADER } from '@/lib/dashboard-api/session'
import { createGuard, isOpen } from './guard'
import { LoginLinks } from './login-links'
import { RevokedSessions } from './revoked-sessions'
import { SESSION_IDLE_MS, SESSION_LIFE_MS } from './session'
import { cookieJar, openSession, sealSession } from './session-cookie'
import { keptSessionKeys } from './session-keys'

const START = Date.UTC(2026, 0, 1)

interface Site {
  readonly directory: string
  readonly clock: { now: number }
  readonly links: LoginLinks
  ask(path: string, options?: { cookie?: string; method?: string; page?: boolean }): Promise<Answer>
  /** The cookie of a new session. */
  signIn(): Promise<string>
}
interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** A dashboard whose pages answer with the session header they were given; `/stream` stays open. */
async function startSite({
  directory = temporaryDirectory(),
  audience = 'cluster-a',
  clock = { now: START },
} = {}): Promise<Site> {
  const now = () => clock.now
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const links = new LoginLinks(directory, `http://127.0.0.1:${port}`)
  const keys = keptSessionKeys(directory, now)
  const jar = cookieJar({ port: 3000, audience, isSecure: false, keys })
  const revoked = new RevokedSessions(directory)
  const guard = createGuard({ jar, links, revoked, person: { name: 'ann', groups: [] }, now })
  server.on('request', async (incoming: IncomingMessage, response: ServerResponse) => {
    if (!isOpen(incoming) && (await guard.admit(incoming, response)) === null) return
    if (incoming.url === '/stream') response.write('open')
    else response.end(`page for ${incoming.headers[SESSION_HEADER] ?? 'anybody'}`)
  })
  const ask: Site['ask'] = (path, { cookie = '', method = 'GET', page = false } = {}) =>
    send(`http://127.0.0.1:${port}${path}`, method, { cookie, accept: page ? 'text/html' : '*/*' })
  return {
    directory,
    clock,
    links,
    ask,
    signIn: async () =>
      cookieOf(await ask(new URL(links.url).pathname + new URL(links.url).search)),
  }
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-identity-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

function send(url: string, method: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: false })
    asked.on('error', reject)
    asked.on('response', async (response) => {
      let text = ''
      try {
        for await (const chunk of response) text += chunk
      } catch {
        text += ' (cut)'
      }
      resolve({ status: response.statusCode, headers: response.headers, text })
    })
    asked.end()
  })
}

/** What a browser sends back. */
function cookieOf({ headers }: Answer): string {
  return (headers['set-cookie'] ?? [])
    .filter((cookie) => !cookie.includes('Max-Age=0'))
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')
}

describe('without a session', () => {
  it('only the health of the planes is told', async () => {
    const site = await startSite()
    expect((await site.ask('/api/health')).text).toBe('page for anybody')
    for (const path of [
      '/',
      '/api/manifests',
      '/api/health/',
      '/api//health',
      '/_next/x',
      '/stream',
    ])
      expect((await site.ask(path)).status, path).toBe(401)
    expect((await site.ask('/api/health', { method: 'POST' })).status).toBe(401)
  })

  it('a person reads how to get in, and a program gets an error', async () => {
    const site = await startSite()
    const page = await site.ask('/routes', { page: true })
    expect(page.status).toBe(401)
    expect(page.text).toContain(`cat '${site.links.path}'`)
    expect(page.text).not.toContain(new URL(site.links.url).searchParams.get('secret'))
    expect(JSON.parse((await site.ask('/api/live')).text)).toMatchObject({ code: 'not-signed-in' })
  })
})

describe('a link', () => {
  it('signs in once, and the next one stands where only its owner reads', async () => {
    const site = await startSite()
    const { pathname, search } = new URL(site.links.url)
    const first = await site.ask(`${pathname}${search}&next=/routes/default/shop?tab=status`)
    expect(first.status).toBe(303)
    expect(first.headers.location).toBe('/routes/default/shop?tab=status')
    const page = await site.ask('/', { cookie: cookieOf(first) })
    expect(page.status).toBe(200)
    expect(readPerson(page.text.replace('page for ', ''))).toEqual({ name: 'ann', groups: [] })

    const second = await site.ask(`${pathname}${search}`, { page: true })
    expect(second.status).toBe(401)
    expect(second.headers['set-cookie']).toBeUndefined()
    expect(readFileSync(site.links.path, 'utf8').trim()).toBe(site.links.url)
    expect(statSync(site.links.path).mode & 0o777).toBe(0o600)
    expect((await site.ask('/', { cookie: await site.signIn() })).status).toBe(200)
  })

  it('that was used leads somebody who is in on, without being spent', async () => {
    const site = await startSite()
    const cookie = await site.signIn()
    const before = site.links.url
    expect((await site.ask('/login?secret=old&next=/traffic', { cookie })).headers.location).toBe(
      '/traffic',
    )
    expect(site.links.url).toBe(before)
  })

  it.each([
    ['https://evil.example/', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\tevil', '/'],
    ['/%09/evil.example', '/%09/evil.example'],
    ['javascript:alert(1)', '/'],
    ['/login?secret=x', '/'],
    ['/routes?namespace=a', '/routes?namespace=a'],
  ])('that wants to lead to %j leads to %j', async (next, location) => {
    const site = await startSite()
    const cookie = await site.signIn()
    const answer = await site.ask(`/login?next=${encodeURIComponent(next)}`, { cookie })
    expect(answer.headers.location).toBe(location)
  })

  it('never makes a session that somebody else chose', async () => {
    const site = await startSite()
    const planted = await site.signIn()
    await site.ask('/logout', { cookie: planted, method: 'POST' })
    const { pathname, search } = new URL(site.links.url)
    const own = cookieOf(await site.ask(`${pathname}${search}`, { cookie: planted }))
    expect(own).not.toBe('')
    expect((await site.ask('/', { cookie: planted })).status).toBe(401)
    expect((await site.ask('/', { cookie: own })).status).toBe(200)
  })
})

describe('a cookie', () => {
  it('can be neither read nor changed nor used elsewhere', async () => {
    const site = await startSite()
    const cookie = await site.signIn()
    expect(cookie).not.toContain('ann')
    const [name = '', value = ''] = cookie.split('=')
    const changed = `${name}=${value.slice(0, -6)}${value.at(-6) === 'A' ? 'B' : 'A'}${value.slice(-5)}`
    expect((await site.ask('/', { cookie: changed })).status).toBe(401)
    const other = await startSite({ directory: site.directory, audience: 'cluster-b' })
    expect((await other.ask('/', { cookie })).status).toBe(401)
    const foreign = await startSite()
    expect((await foreign.ask('/', { cookie })).status).toBe(401)
  })

  it('is for HTTP only, this site only, and its time only', async () => {
    const site = await startSite()
    const { pathname, search } = new URL(site.links.url)
    const [set = ''] = (await site.ask(`${pathname}${search}`)).headers['set-cookie'] ?? []
    expect(set).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/)
    const secure = cookieJar({
      port: 443,
      audience: 'a',
      isSecure: true,
      keys: () => [new Uint8Array(32)],
    })
    const session = {
      id: 'x',
      person: { name: 'a', groups: [] },
      startedAt: START,
      expiresAt: START + 60_000,
    }
    expect((await sealSession(secure, session, START))?.[0]).toMatch(
      /^__Host-mirrorboard-0=.*Max-Age=60; Secure$/,
    )
  })

  it('carries hundreds of groups in chunks, and refuses what does not fit', async () => {
    const jar = cookieJar({
      port: 1,
      audience: 'a',
      isSecure: false,
      keys: () => [new Uint8Array(32)],
    })
    const session = (groups: number) => ({
      id: 'x',
      person: {
        name: 'a',
        groups: Array.from({ length: groups }, (_, index) => `team-${index}-of-many`),
      },
      startedAt: START,
      expiresAt: START + 60_000,
    })
    const cookies = (await sealSession(jar, session(300), START)) ?? []
    expect(cookies.every((cookie) => cookie.length < 4096)).toBe(true)
    const header = cookies.map((cookie) => cookie.split(';', 1)[0]).join('; ')
    expect((await openSession(jar, header, START))?.person.groups).toHaveLength(300)
    expect(await sealSession(jar, session(2_000), START)).toBeNull()
  })
})

describe('a session', () => {
  it('ends when it is not used, and in the end also when it is', async () => {
    const site = await startSite()
    const idle = await site.signIn()
    site.clock.now += SESSION_IDLE_MS
    expect((await site.ask('/', { cookie: idle })).status).toBe(401)

    let cookie = await site.signIn()
    const startedAt = site.clock.now
    while (site.clock.now - startedAt < SESSION_LIFE_MS) {
      site.clock.now += SESSION_IDLE_MS * 0.75
      const answer = await site.ask('/', { cookie })
      if (answer.status === 401) break
      cookie = cookieOf(answer) || cookie
    }
    expect(site.clock.now - startedAt).toBeGreaterThan(SESSION_LIFE_MS - SESSION_IDLE_MS)
    expect((await site.ask('/', { cookie })).status).toBe(401)
  })

  it('that was signed out is over for every copy of its cookie, after a restart too', async () => {
    const site = await startSite()
    const cookie = await site.signIn()
    expect((await site.ask('/logout', { cookie })).status).toBe(405)
    const out = await site.ask('/logout', { cookie, method: 'POST' })
    expect(out.status).toBe(303)
    expect(cookieOf(out)).toBe('')
    expect((await site.ask('/', { cookie })).status).toBe(401)
    const again = await startSite({ directory: site.directory, clock: site.clock })
    expect((await again.ask('/', { cookie })).status).toBe(401)
  })

  it('lives through a restart, and takes its open streams with it when it is signed out', async () => {
    const site = await startSite()
    const cookie = await site.signIn()
    const again = await startSite({ directory: site.directory, clock: site.clock })
    expect((await again.ask('/', { cookie })).status).toBe(200)
    const stream = again.ask('/stream', { cookie })
    await again.ask('/', { cookie })
    await again.ask('/logout', { cookie, method: 'POST' })
    expect((await stream).text).toBe('open (cut)')
  })

  it('ends its streams when its time is over', async () => {
    const site = await startSite()
    const cookie = await site.signIn()
    site.clock.now += SESSION_IDLE_MS - 50
    expect((await site.ask('/stream', { cookie })).text).toBe('open (cut)')
  })
})
