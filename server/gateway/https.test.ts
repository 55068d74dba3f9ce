import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import { brokenIdentities, total } from './test-support/metrics-reader'
import { startHttpPeer, startRawPeer } from './test-support/peers'
import { GATEWAY, mirror, route, rule } from './test-support/route-tables'
import { connectRaw, eventually, startTestGateway } from './test-support/test-gateway'
import {
  connectTls,
  makeCertificate,
  secureListener,
  type TlsClient,
} from './test-support/tls-client'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

let exact: Awaited<ReturnType<typeof makeCertificate>>
let wildcard: Awaited<ReturnType<typeof makeCertificate>>
let any: Awaited<ReturnType<typeof makeCertificate>>
beforeAll(async () => {
  exact = await makeCertificate()
  wildcard = await makeCertificate()
  any = await makeCertificate()
})

async function start(limits: Parameters<typeof startTestGateway>[0] = {}) {
  const gateway = await startTestGateway(limits)
  closers.push(() => gateway.stop())
  return gateway
}

async function peer(respond?: Parameters<typeof startHttpPeer>[0]) {
  const started = await startHttpPeer(respond)
  closers.push(() => started.close())
  return started
}

/** One route for each listener, at a path of its name. */
function routesOn(...listeners: readonly string[]) {
  return listeners.map((name) =>
    route(name, [rule()], { attachments: [{ gateway: GATEWAY, listener: name, hostnames: [''] }] }),
  )
}

async function client(...args: Parameters<typeof connectTls>): Promise<TlsClient> {
  const connected = await connectTls(...args)
  closers.push(async () => void connected.socket.destroy())
  return connected
}

function get(host: string, path = '/'): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`
}

async function startThree(limits: Parameters<typeof startTestGateway>[0] = {}) {
  const gateway = await start(limits)
  const primary = await peer()
  const listeners = [
    secureListener(gateway.port, 'exact', 'a.example', exact),
    secureListener(gateway.port, 'wildcard', '*.example', wildcard),
  ]
  const all = [...listeners, secureListener(gateway.port, 'any', '', any)]
  const clusters = { primary: [primary.port] }
  return { gateway, primary, listeners, all, clusters }
}

describe('an HTTPS listener', () => {
  it('is chosen by the name in the handshake, with its own certificate', async () => {
    const { gateway, all, clusters } = await startThree()
    await gateway.serve(routesOn('exact', 'wildcard', 'any'), clusters, all)
    const seen = async (name: string) => (await client(gateway, name)).fingerprint
    expect(await seen('a.example')).toBe(exact.fingerprint)
    expect(await seen('A.Example')).toBe(exact.fingerprint)
    expect(await seen('b.example')).toBe(wildcard.fingerprint)
    expect(await seen('elsewhere.test')).toBe(any.fingerprint)
    expect(await seen('')).toBe(any.fingerprint)
  })

  it('ends the handshake for a name that no listener has, and for none, and counts it', async () => {
    const { gateway, listeners, clusters } = await startThree()
    await gateway.serve(routesOn('exact', 'wildcard'), clusters, listeners)
    await expect(connectTls(gateway, 'elsewhere.test')).rejects.toThrow()
    await expect(connectTls(gateway, '')).rejects.toThrow()
    const reason = { reason: 'tls_handshake_failed' }
    await eventually('both are counted', async () => {
      return total(await gateway.scrape(), GATEWAY_METRICS.unmatched, reason) === 2
    })
  })

  it('closes on a client that speaks plain HTTP, or says nothing', async () => {
    const { gateway, listeners, clusters } = await startThree({ headTimeoutMs: 300 })
    await gateway.serve(routesOn('exact'), clusters, listeners)
    const plain = await connectRaw(gateway.address, gateway.port)
    plain.send(get('a.example'))
    expect(await plain.closed()).not.toContain('HTTP/1.1')
    const silent = await connectRaw(gateway.address, gateway.port)
    await silent.closed()
  })

  it('forwards what a cleartext one does, and says that it was https', async () => {
    const { gateway, listeners } = await startThree()
    const primary = await peer((_request, response, body) => {
      response.setHeader('X-Sum', createHash('sha256').update(body).digest('hex')).end('done')
    })
    const shadow = await peer()
    const mirrored = route('exact', [rule({ mirrors: [mirror('shadow')] })], {
      attachments: [{ gateway: GATEWAY, listener: 'exact', hostnames: [''] }],
    })
    const clusters = { primary: [primary.port], shadow: [shadow.port] }
    await gateway.serve([mirrored], clusters, listeners)
    const connected = await client(gateway, 'a.example')
    const body = 'x'.repeat(3_000_000)
    const sum = createHash('sha256').update(body).digest('hex')
    connected.send(
      `POST /up HTTP/1.1\r\nHost: a.example\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    expect(await connected.until('done')).toContain(sum)
    // A chunked request takes the slow path, on the same connection.
    connected.send(
      'POST /chunked HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    )
    await eventually('the chunked request', () => primary.requests.length === 2)
    expect(primary.requests[0]?.headers['x-forwarded-proto']).toBe('https')
    expect(primary.requests[1]?.body.toString()).toBe('abc')
    await eventually('both copies', () => shadow.requests.length === 2)
    expect(shadow.requests.map((seen) => seen.body.length).sort()).toEqual([3, 3_000_000])
    expect(brokenIdentities(await gateway.scrape())).toEqual([])
  })

  it('carries a tunnel', async () => {
    const { gateway, listeners } = await startThree()
    const echo = await startRawPeer((socket) => {
      socket.once('data', () => {
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
        )
        socket.pipe(socket)
      })
    })
    closers.push(() => echo.close())
    await gateway.serve(routesOn('exact'), { primary: [echo.port] }, listeners)
    const connected = await client(gateway, 'a.example')
    connected.send(
      'GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
    )
    await connected.until('\r\n\r\n')
    connected.send('ping')
    await connected.until('ping')
  })

  it('answers 421 to a host of another listener, 404 to a host of none', async () => {
    const { gateway, listeners, clusters } = await startThree()
    await gateway.serve(routesOn('exact', 'wildcard'), clusters, listeners)
    const status = async (name: string, host: string) => {
      const connected = await client(gateway, name)
      connected.send(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      await eventually('an answer', () => connected.isClosed)
      return connected.received.slice(9, 12)
    }
    expect(await status('a.example', 'a.example')).toBe('200')
    expect(await status('b.example', 'c.example')).toBe('200')
    expect(await status('a.example', 'b.example')).toBe('421')
    // Another listener has the more specific hostname.
    expect(await status('b.example', 'a.example')).toBe('421')
    expect(await status('a.example', 'elsewhere.test')).toBe('404')
    const samples = await gateway.scrape()
    expect(total(samples, GATEWAY_METRICS.unmatched, { reason: 'misdirected' })).toBe(2)
  })
})

describe('a certificate that is replaced', () => {
  it('is seen by the next handshake, while connections and requests under way go on', async () => {
    const { gateway, listeners } = await startThree()
    const answers: (() => void)[] = []
    const primary = await peer((request, response) => {
      if (request.url === '/slow') answers.push(() => response.end('slow'))
      else response.end('quick')
    })
    const clusters = { primary: [primary.port] }
    await gateway.serve(routesOn('exact', 'wildcard'), clusters, listeners)
    const idle = await client(gateway, 'a.example')
    idle.send(get('a.example'))
    await idle.until('quick')
    const busy = await client(gateway, 'a.example')
    busy.send(get('a.example', '/slow'))
    await eventually('the slow request', () => answers.length === 1)

    const next = await makeCertificate()
    const replaced = [
      secureListener(gateway.port, 'exact', 'a.example', next),
      ...listeners.slice(1),
    ]
    await gateway.serve(routesOn('exact', 'wildcard'), clusters, replaced)

    expect((await client(gateway, 'a.example')).fingerprint).toBe(next.fingerprint)
    expect((await client(gateway, 'b.example')).fingerprint).toBe(wildcard.fingerprint)
    answers[0]?.()
    await busy.until('slow')
    idle.send(get('a.example'))
    await eventually('a second answer', () => idle.received.split('quick').length === 3)
    expect(idle.isClosed || busy.isClosed).toBe(false)
  })

  it('that does not fit its key is reported, and the other listeners of the port are served', async () => {
    const { gateway, all, clusters } = await startThree()
    const broken = secureListener(gateway.port, 'exact', 'a.example', {
      certificate: exact.certificate,
      privateKey: wildcard.privateKey,
    })
    const routes = routesOn('exact', 'wildcard', 'any')
    const { gateways } = await gateway.serve(routes, clusters, [broken, ...all.slice(1)])
    expect(gateways[0]?.listeners[0]).toMatchObject({
      bound: false,
      reason: 'InvalidCertificateRef',
      message: 'The certificate cannot be used: tls.key does not belong to tls.crt.',
    })
    expect(gateways[0]?.listeners[1]).toMatchObject({ bound: true, message: '' })
    await expect(connectTls(gateway, 'a.example')).rejects.toThrow()
    expect((await client(gateway, 'b.example')).fingerprint).toBe(wildcard.fingerprint)
  })
})

describe('a port that changes to HTTPS', () => {
  it('serves nothing more over connections in clear text', async () => {
    const { gateway, all, clusters } = await startThree()
    await gateway.serve([route('r', [rule()])], clusters)
    const plain = await connectRaw(gateway.address, gateway.port)
    plain.send(get('a.example'))
    await plain.until((received) => received.endsWith('seen /'))
    await gateway.serve(routesOn('any'), clusters, all)
    plain.send(get('a.example'))
    expect(await plain.until((received) => received.includes(' 421 '))).not.toMatch(/200.*200/s)
    const late = connect(gateway.port, gateway.address)
    late.on('error', () => undefined)
    late.write(get('a.example'))
    await new Promise((resolve) => late.once('close', resolve))
  })
})
