import { createServer, type IncomingMessage, type Server } from 'node:http'
import { Duplex } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { GATEWAY_LIMITS } from '../bounds/limits'
import { RAW_REQUESTS } from '../test-support/raw-requests'
import { ChunkedScanner } from './chunked-scanner'
import { findHeadEnd } from './header-lines'
import { RequestHead } from './request-head'

/** Each is a run of its own; one that ever fails stays here. */
const SEEDS = [1, 2, 3, 20_261_125]
const INPUTS_PER_SEED = 5_000

const PIECES = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  '\t',
  ':',
  ',',
  ';',
  '\x0b',
  '\x7f',
  '\xff',
  'a',
  '0',
  '1',
  '/',
  '..',
  '?',
  '#',
  '%2e',
  'Host: b\r\n',
  'Content-Length: 1\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Connection: close\r\n',
  'Connection: keep-alive, x\r\n',
  'X: y\r\n',
  'Expect: 100-continue\r\n',
  'HTTP/1.0',
  '\r\n\r\n',
]

const BASES = RAW_REQUESTS.map(({ bytes }) => bytes).filter((bytes) => bytes.length < 500)

/** One of the table's inputs with a few bytes put in, taken out, replaced or repeated. */
function mutate(random: () => number): string {
  const below = (count: number) => Math.floor(random() * count)
  let text = BASES[below(BASES.length)] ?? ''
  for (let count = below(4); count >= 0; count--) {
    const at = below(text.length + 1)
    const kind = below(4)
    const removed = kind === 0 ? 0 : 1 + below(3)
    const put = kind === 1 ? '' : (PIECES[below(PIECES.length)] ?? '')
    const repeated = kind === 3 ? text.slice(at, at + 1 + below(40)) : put
    text = text.slice(0, at) + repeated + text.slice(at + (kind === 3 ? 0 : removed))
  }
  return text
}

/** A connection that exists in memory only: what is pushed is what a client sent. */
class Wire extends Duplex {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done()
  }
}

interface Reading {
  readonly line: string
  readonly headers: readonly string[]
  readonly body: string
  readonly isComplete: boolean
}

/** What Node's parser makes of the first request in the bytes; null when it refuses them. */
function readByNode(server: Server, bytes: Buffer): Promise<Reading | null> {
  const wire = new Wire()
  return new Promise((resolve) => {
    const take = (request: IncomingMessage) => {
      server.off('request', onRequest)
      let body = ''
      request.setEncoding('latin1')
      request.on('data', (chunk: string) => {
        body += chunk
      })
      const end = () => {
        const { method, url, httpVersion, rawHeaders: headers, complete } = request
        resolve({ line: `${method} ${url} ${httpVersion}`, headers, body, isComplete: complete })
        wire.destroy()
      }
      request.on('error', () => undefined)
      request.on('close', end)
      request.on('end', end)
    }
    const onRequest = (request: IncomingMessage) => {
      if (request.socket === (wire as unknown)) take(request)
    }
    server.on('request', onRequest)
    wire.once('close', () => {
      server.off('request', onRequest)
      resolve(null)
    })
    wire.on('error', () => undefined)
    server.emit('connection', wire)
    wire.push(bytes)
    wire.push(null)
  })
}

const server = createServer({ insecureHTTPParser: false })
server.on('clientError', (_error, socket) => socket.destroy())
afterAll(() => server.close())

/** What the fast path makes of the first request in the bytes; null when it does not take it, or would wait for ever. */
function readByUs(head: RequestHead, text: string): { request: Buffer; reading: Reading } | null {
  const bytes = Buffer.from(text, 'latin1')
  const end = findHeadEnd(bytes, 0, 0)
  if (end === -1 || head.read(bytes, 0, end, GATEWAY_LIMITS) !== 'ok') return null
  const length = Math.max(0, head.contentLength)
  if (length > 10_000) return null
  const headers: string[] = []
  for (let index = 0; index < head.lines.count; index++) {
    headers.push(head.lines.name(head.text, index), head.lines.value(head.text, index))
  }
  const body = text.slice(end, end + length).padEnd(length, 'x')
  const line = `${head.method} ${head.target} 1.1`
  const request = Buffer.from(text.slice(0, end) + body, 'latin1')
  return { request, reading: { line, headers, body, isComplete: true } }
}

describe("the fast path's parser", () => {
  it.each(SEEDS)("takes only what Node's parser reads in the same way, seed %d", async (seed) => {
    const random = seededRandom(seed)
    const head = new RequestHead()
    let taken = 0
    for (let count = 0; count < INPUTS_PER_SEED; count++) {
      const text = mutate(random)
      const ours = readByUs(head, text)
      if (ours === null) continue
      taken++
      const theirs = await readByNode(server, ours.request)
      expect(theirs, JSON.stringify(text)).toEqual(ours.reading)
    }
    expect(taken).toBeGreaterThan(INPUTS_PER_SEED / 50)
  })

  it.each(SEEDS)(
    "follows only chunks that Node's parser reads in the same way, seed %d",
    async (seed) => {
      const random = seededRandom(seed)
      const scanner = new ChunkedScanner()
      const start = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
      let taken = 0
      for (let count = 0; count < INPUTS_PER_SEED; count++) {
        const text = mutateChunks(random)
        let body = ''
        scanner.reset()
        const stopped = scanner.scan(Buffer.from(text, 'latin1'), 0, (chunk) => {
          body += chunk.toString('latin1')
        })
        if (stopped === -1 || !scanner.isDone) continue
        taken++
        const bytes = Buffer.from(start + text.slice(0, stopped), 'latin1')
        const theirs = await readByNode(server, bytes)
        expect(
          { body: theirs?.body, isComplete: theirs?.isComplete },
          JSON.stringify(text),
        ).toEqual({
          body,
          isComplete: true,
        })
      }
      expect(taken).toBeGreaterThan(INPUTS_PER_SEED / 50)
    },
  )
})

const CHUNK_PIECES = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  '\t',
  ';',
  'a=b',
  '0',
  '1',
  'f',
  'A',
  '-',
  'x',
  '\0',
  '0\r\n',
  'X: y\r\n',
  '3\r\nabc\r\n',
]

function mutateChunks(random: () => number): string {
  const below = (count: number) => Math.floor(random() * count)
  const data = 'x'.repeat(below(40))
  const whole =
    data === '' ? '' : `${data.length.toString(16)}${below(3) === 0 ? ';a=b' : ''}\r\n${data}\r\n`
  let text = `${whole.repeat(below(3))}0\r\n${below(3) === 0 ? 'T: u\r\n' : ''}\r\n`
  for (let count = below(3); count > 0; count--) {
    const at = below(text.length + 1)
    text =
      text.slice(0, at) +
      (CHUNK_PIECES[below(CHUNK_PIECES.length)] ?? '') +
      text.slice(at + below(2))
  }
  return text
}
