/** What is captured of how a call ended, and of a pair that is too large, over real sockets. */
import { afterEach, describe, expect, it } from 'vitest'
import type { CapturedExchange } from '@/lib/comparison/exchange'
import { isGrpc, statusLabels } from '@/lib/comparison/status-label'
import { writeJson } from '@/lib/comparison/write-json'
import { startHttp2Peer } from '../test-support/http2-peer'
import { startHttpPeer } from '../test-support/peers'
import { h2cCluster, mirror, route, rule } from '../test-support/route-tables'
import { eventually, startTestGateway, type TestGateway } from '../test-support/test-gateway'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function closing<P extends { close(): Promise<void> }>(peer: P): P {
  closers.push(() => peer.close())
  return peer
}

const SETTINGS = { 'mirrorboard.dev/comparison': '{"percent":100}' }
const MIRRORED = [route('r', [rule({ mirrors: [mirror('shadow')] })], { settings: SETTINGS })]
const MESSAGE = Buffer.from([0, 0, 0, 0, 1, 7])

async function start(limits: Parameters<typeof startTestGateway>[0] = {}): Promise<TestGateway> {
  const gateway = await startTestGateway(limits)
  closers.push(() => gateway.stop())
  return gateway
}

async function capturedOf(gateway: TestGateway): Promise<CapturedExchange> {
  let found: CapturedExchange | undefined
  await eventually('a capture', async () => {
    const answer = await fetch(gateway.plane.metricsUrl.replace('/metrics', '/exchanges'))
    const lines = (await answer.text()).split('\n').filter((line) => line.includes('"primary"'))
    found ??= lines.map((line): CapturedExchange => JSON.parse(line))[0]
    return found !== undefined
  })
  if (found === undefined) throw new Error('nothing was captured')
  return found
}

const post = (gateway: TestGateway) =>
  fetch(`http://${gateway.address}:${gateway.port}/a.B/C`, { method: 'POST', body: MESSAGE })

const trailersOf = (answer: CapturedExchange['primary']) =>
  answer.outcome === 'answered' ? answer.trailers : answer.outcome

describe('trailers', () => {
  it('of chunked answers are captured, redacted, and end the call', async () => {
    const backend =
      (code: string) => (_: unknown, response: import('node:http').ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/grpc', trailer: 'grpc-status' })
        response.write(MESSAGE)
        response.addTrailers({ 'Grpc-Status': code, 'x-api-key': 'planted', 'grpc-message': 'a b' })
        response.end()
      }
    const primary = closing(await startHttpPeer(backend('0')))
    const shadow = closing(await startHttpPeer(backend('12')))
    const gateway = await start()
    await gateway.serve(MIRRORED, { primary: [primary.port], shadow: [shadow.port] })
    await (await post(gateway)).arrayBuffer()
    const exchange = await capturedOf(gateway)
    expect(statusLabels(exchange)).toEqual(['OK', 'UNIMPLEMENTED'])
    expect(trailersOf(exchange.mirror)).toEqual([
      ['grpc-status', '12'],
      ['x-api-key', expect.stringMatching(/^\[redacted [0-9a-f]{12}\]$/)],
      ['grpc-message', 'a b'],
    ])
  })

  it('of HTTP/2 are captured, and headers alone end a call as well', async () => {
    const primary = closing(
      await startHttp2Peer((stream) => {
        stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true })
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
        stream.end(MESSAGE)
      }),
    )
    const shadow = closing(
      await startHttp2Peer((stream) => {
        const alone = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '14' }
        stream.respond(alone, { endStream: true })
      }),
    )
    const gateway = await start()
    const clusters = { primary: h2cCluster(primary.port), shadow: h2cCluster(shadow.port) }
    await gateway.serve(MIRRORED, clusters)
    await (await post(gateway)).arrayBuffer()
    const exchange = await capturedOf(gateway)
    expect(statusLabels(exchange)).toEqual(['OK', 'UNAVAILABLE'])
    expect(trailersOf(exchange.primary)).toEqual([['grpc-status', '0']])
  })

  it('that gRPC-Web writes into the body are its trailers, and no message', async () => {
    const frame = (text: string) => {
      const head = Buffer.from([0x80, 0, 0, 0, text.length])
      return Buffer.concat([MESSAGE, head, Buffer.from(text)])
    }
    const backend =
      (type: string, body: Buffer | string) =>
      (_: unknown, response: import('node:http').ServerResponse) =>
        response.writeHead(200, { 'content-type': type }).end(body)
    const plain = frame('grpc-status: 0\r\n')
    const failed = frame('grpc-status:12\r\ngrpc-message:no\r\n').toString('base64')
    const primary = closing(await startHttpPeer(backend('application/grpc-web+proto', plain)))
    const shadow = closing(await startHttpPeer(backend('application/grpc-web-text', failed)))
    const gateway = await start()
    await gateway.serve(MIRRORED, { primary: [primary.port], shadow: [shadow.port] })
    await (await post(gateway)).arrayBuffer()
    const exchange = await capturedOf(gateway)
    expect(statusLabels(exchange)).toEqual(['OK', 'UNIMPLEMENTED'])
    const bodies = [exchange.primary, exchange.mirror].map((answer) =>
      answer.outcome === 'answered' && answer.body.kind === 'grpc' ? answer.body.messages : [],
    )
    expect(bodies[0]).toHaveLength(1)
    expect(bodies[1]).toEqual(bodies[0])
  })

  it('are none of an answer without', async () => {
    const primary = closing(await startHttpPeer())
    const shadow = closing(await startHttpPeer())
    const gateway = await start()
    await gateway.serve(MIRRORED, { primary: [primary.port], shadow: [shadow.port] })
    await (await post(gateway)).arrayBuffer()
    const exchange = await capturedOf(gateway)
    expect([trailersOf(exchange.primary), trailersOf(exchange.mirror)]).toEqual([
      undefined,
      undefined,
    ])
    expect(isGrpc(exchange)).toBe(false)
  })
})

describe('a body', () => {
  const text = '{"id":2229035756051152895,"a":1.0,"a":1}'
  const json = (body: string) => (_: unknown, response: import('node:http').ServerResponse) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)

  it('keeps its digits and its repeated names', async () => {
    const primary = closing(await startHttpPeer(json(text)))
    const shadow = closing(await startHttpPeer(json(text)))
    const gateway = await start()
    await gateway.serve(MIRRORED, { primary: [primary.port], shadow: [shadow.port] })
    await (await post(gateway)).arrayBuffer()
    const { mirror: answer } = await capturedOf(gateway)
    const body = answer.outcome === 'answered' ? answer.body : null
    expect(writeJson(body?.kind === 'json' ? body.value : null)).toBe(text)
  })

  it('that makes its line too long is left out, and the rest is kept', async () => {
    const long = JSON.stringify({ text: 'x'.repeat(3_000) })
    const primary = closing(await startHttpPeer(json(long)))
    const shadow = closing(await startHttpPeer(json(long)))
    const gateway = await start({ captureLineBytesMax: 2_500 })
    await gateway.serve(MIRRORED, { primary: [primary.port], shadow: [shadow.port] })
    await (await post(gateway)).arrayBuffer()
    expect(await capturedOf(gateway)).toMatchObject({
      request: { method: 'POST', body: { kind: 'uncaptured', reason: 'line_limit' } },
      primary: {
        status: 200,
        body: { kind: 'uncaptured', reason: 'line_limit', bytes: long.length },
      },
      mirror: {
        status: 200,
        body: { kind: 'uncaptured', reason: 'line_limit', bytes: long.length },
      },
    })
  })
})
