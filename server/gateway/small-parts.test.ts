import { once } from 'node:events'
import { connect, createServer, Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Redactor } from '@/lib/comparison/redaction/redactor'
import { GATEWAY_LIMITS } from './bounds/limits'
import { BodyRecorder, RecordingRoom } from './capture/body-recorder'
import { PathCounts } from './capture/request-paths'
import { SecureContexts } from './client/certificates'
import { clientOrigin, serverNameOf } from './client/client-origin'
import { Attempts } from './exchange/attempts'
import { HEADER, headerIdAt, headerMask, TOKEN_BYTES, VALUE_BYTES } from './http/header-names'
import { headerLines, http2Headers, requestParts } from './http/http2-headers'
import { RetryBudget } from './rules/budget-runtime'
import { listener } from './test-support/route-tables'
import { alternativePorts, loopbackAddresses } from './workers/loopback-address'

describe('names of header lines', () => {
  const idOf = (name: string) => headerIdAt(Buffer.from(`x${name}y`), 1, 1 + name.length)

  it('are recognised whole, in any case', () => {
    expect(idOf('host')).toBe(HEADER.host)
    expect(idOf('HOST')).toBe(HEADER.host)
    expect(idOf('Content-Length')).toBe(HEADER.contentLength)
    expect(idOf('x-Forwarded-for')).toBe(HEADER.forwardedFor)
    for (const name of ['xost', 'hosx', 'hos', 'hosts', '', 'ue', 'ye', 'xontent-length']) {
      expect(idOf(name), name).toBe(HEADER.other)
    }
    expect(headerMask(['host', 'te'])).toBe((1 << HEADER.host) | (1 << HEADER.te))
  })

  it('hold tokens, their values all but control characters (RFC 9110 5.5, 5.6.2)', () => {
    const isToken = /^[!#$%&'*+.^_`|~0-9A-Za-z-]$/
    for (let code = 0; code < 256; code++) {
      const character = String.fromCharCode(code)
      expect(TOKEN_BYTES[code], character).toBe(isToken.test(character) ? 1 : 0)
      expect(VALUE_BYTES[code], character).toBe(code === 9 || (code >= 32 && code !== 127) ? 1 : 0)
    }
  })
})

describe('addresses of a Gateway', () => {
  it('are the same each time, apart from each other, and in the upper part of 127/8', () => {
    const found = [...loopbackAddresses('default/eg', 50)]
    expect(found).toEqual([...loopbackAddresses('default/eg', 50)])
    expect(new Set(found).size).toBeGreaterThan(48)
    for (const address of found) {
      const [first, second = 0, third = -1, fourth = 0] = address.split('.').map(Number)
      expect(first).toBe(127)
      expect(second >= 64 && second <= 127 && third >= 0 && third <= 255).toBe(true)
      expect(fourth >= 1 && fourth <= 254).toBe(true)
    }
    expect([...loopbackAddresses('default/eg', 0)]).toEqual([])
    expect(found[0]).not.toBe([...loopbackAddresses('default/other', 1)][0])
  })

  it('have ports to fall back to', () => {
    expect([...alternativePorts(80, 3)]).toEqual([10_080, 10_081, 10_082])
    expect([...alternativePorts(55_000, 2)]).toEqual([65_000, 65_001])
    expect([...alternativePorts(55_001, 1)]).toEqual([25_001])
    expect([...alternativePorts(80, 0)]).toEqual([])
  })
})

describe('the origin of a client', () => {
  it('is its address, IPv4 also where it arrives mapped into IPv6', async () => {
    const server = createServer()
    onTestFinished(() => {
      server.close()
    })
    server.listen(0, '::')
    const isDual = await Promise.race([
      once(server, 'listening').then(() => true),
      once(server, 'error').then(() => false),
    ])
    if (!isDual) return
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const client = connect(address.port, '127.0.0.1')
    const [socket] = await once(server, 'connection')
    expect(socket.remoteAddress).toBe('::ffff:127.0.0.1')
    expect(clientOrigin(socket)).toEqual({ address: '127.0.0.1', scheme: 'http', serverName: null })
    client.destroy()
    socket.destroy()
  })

  it('is unknown once the connection is gone', () => {
    expect(clientOrigin(new Socket()).address).toBe('unknown')
    expect([serverNameOf('A.Example'), serverNameOf(false), serverNameOf(null)]).toEqual([
      'a.example',
      '',
      '',
    ])
  })
})

describe('fields of HTTP/2', () => {
  it('leave out what is of one hop, and join or drop what may come once', () => {
    const lines = (name: string) => `${name}: 1\r\n${name}: 2\r\n`
    const of = (name: string) => http2Headers(lines(name))[name.toLowerCase()]
    const hop = ['Connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']
    for (const name of [...hop, 'http2-settings', 'host', 'te']) expect(of(name)).toBeUndefined()
    for (const name of ['content-encoding', 'Content-Language', 'if-match', 'if-none-match']) {
      expect(of(name)).toBe('1, 2')
    }
    const once = `age authorization content-length content-location content-type date etag expires
      from if-modified-since if-range if-unmodified-since last-modified location max-forwards
      proxy-authorization range referer retry-after tk user-agent access-control-allow-credentials
      access-control-max-age access-control-request-method content-md5 content-range dnt
      upgrade-insecure-requests x-content-type-options`
    for (const name of once.split(/\s+/)) expect(of(name), name).toBe('1')
    for (const name of ['accept', 'set-cookie', 'x-a', 'constructor']) {
      expect(of(name), name).toEqual(['1', '2'])
    }
    expect(http2Headers('TE: trailers\r\n')).toEqual({ te: 'trailers' })
  })

  it('are lines without pseudo-header fields', () => {
    expect(headerLines([':status', '200', 'a', '1', 'b', ''])).toBe('a: 1\r\nb: \r\n')
  })

  const parts = (more: readonly string[], isEnded = true) =>
    requestParts([':method', 'POST', ':path', '/', ':authority', 'a', ...more], isEnded)

  it('say how the body is framed', () => {
    expect(parts([])?.rawHeaders).toEqual(['host', 'a', 'content-length', '0'])
    expect(parts([], false)?.rawHeaders).toEqual(['host', 'a', 'transfer-encoding', 'chunked'])
    expect(parts(['content-length', '3'], false)?.rawHeaders).toEqual([
      'host',
      'a',
      'content-length',
      '3',
    ])
    const get = requestParts([':method', 'GET', ':path', '/', 'host', 'b'], true)
    expect(get).toEqual({ method: 'GET', url: '/', rawHeaders: ['host', 'b'] })
  })

  it('say one host, a path, and no tunnel', () => {
    expect(parts(['host', 'a'])).not.toBeNull()
    expect(parts(['host', 'b'])).toBeNull()
    expect(parts(['host', 'a', 'host', 'a'])).toBeNull()
    expect(requestParts([':method', 'GET'], true)).toBeNull()
    expect(requestParts([':method', 'CONNECT', ':path', '/'], true)).toBeNull()
  })

  it('have one line of cookies', () => {
    expect(parts(['cookie', 'a=1', 'x', 'y', 'cookie', 'b=2'], false)?.rawHeaders).toEqual([
      'host',
      'a',
      'x',
      'y',
      'cookie',
      'a=1; b=2',
      'transfer-encoding',
      'chunked',
    ])
  })
})

describe('paths that are counted', () => {
  const redactor = new Redactor({ headers: [], paths: [] }, () => '')
  const counts = (pathsMax = 10) => new PathCounts({ route: 'a/r', rule: 1 }, redactor, pathsMax)

  it('are named up to a length, without their query', () => {
    const paths = counts()
    const longest = `/${'a'.repeat(507)}`
    expect(paths.count('GET', '/a?b=1', true)).toBe(true)
    expect(paths.count('GET', '/a', true)).toBe(false)
    expect(paths.count('GET', longest, true)).toBe(true)
    expect(paths.count('GET', `${longest}a`, true)).toBe(false)
    expect(paths.count('GET', '/no-room', false)).toBe(false)
    expect(paths.count('GET', '/a', false)).toBe(false)
    const taken = paths.take()
    expect(taken.paths).toEqual([
      ['GET', '/a', 3],
      ['GET', longest, 1],
    ])
    expect(taken).toMatchObject({ kind: 'requests', route: 'a/r', rule: 1, beyond: 2 })
    expect(paths.take()).toMatchObject({ paths: [], beyond: 0 })
  })

  it('are at most as many', () => {
    const paths = counts(1)
    expect([paths.count('GET', '/a', true), paths.count('PUT', '/a', true)]).toEqual([true, false])
    expect(paths.take()).toMatchObject({ paths: [['GET', '/a', 1]], beyond: 1 })
  })
})

it('a certificate that can’t be read is told of with the code of the reason, and nothing of it', () => {
  const contexts = new SecureContexts()
  const certificates = [{ certificate: 'no PEM', privateKey: 'secret' }]
  const secure = { ...listener(443), protocol: 'HTTPS' as const, certificates }
  expect(contexts.problemOf(secure)).toMatch(
    /^The certificate cannot be used: tls\.crt or tls\.key cannot be read \(ERR_[A-Z_0-9]+\)\.$/,
  )
  expect(contexts.contextOf(secure)).toBeNull()
})

describe('what is given back', () => {
  it('a body’s bytes, once', () => {
    const room = new RecordingRoom(1_000, 10)
    const [first, second] = [new BodyRecorder(room), new BodyRecorder(room)]
    first.push(Buffer.from('12345'))
    second.push(Buffer.from('12345'))
    first.release()
    first.release()
    first.drop('body_limit')
    expect(room.bytes).toBe(5)
    second.release()
    expect(room.bytes).toBe(0)
  })

  it('the place of a retry, once, and not that of another request', () => {
    const retryBudget = new RetryBudget(1)
    const metrics = { countRetry: () => {}, countRetryRefused: () => {} }
    const retry = { attempts: 2, codes: [500], backoffMs: 1 }
    const start = () =>
      new Attempts('GET', { rule: { retry }, metrics }, { size: 1, retryBudget }, GATEWAY_LIMITS)
    const [first, second, third] = [start(), start(), start()]
    expect(first.afterStatus(500, true)).not.toBeNull()
    expect(second.afterStatus(500, true)).toBeNull()
    first.end()
    first.end()
    expect(second.afterStatus(500, true)).not.toBeNull()
    first.end()
    expect(third.afterStatus(500, true)).toBeNull()
  })
})
