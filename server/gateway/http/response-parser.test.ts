import { describe, expect, it } from 'vitest'
import { HeaderLines } from './header-lines'
import { ResponseParser, type ResponseSink } from './response-parser'

interface Read {
  readonly events: readonly string[]
  readonly state: string
  readonly taken: number
}

/** Reads bytes in pieces cut at these offsets and returns what was told, body pieces joined. */
function read(
  text: string,
  cuts: readonly number[],
  options: { isHead?: boolean; decodeChunks?: boolean } = {},
): Read {
  const events: string[] = []
  let body = ''
  const sink: ResponseSink = {
    onInterim: (head) => events.push(`interim ${head.status}`),
    onHead: (head) => events.push(`head ${head.status} ${head.framing}`),
    onBody: (bytes) => {
      body += bytes.toString('latin1')
    },
    onEnd: () => events.push(`end ${JSON.stringify(body)}`),
    onTunnelBytes: (bytes) => events.push(`tunnel ${bytes}`),
  }
  const parser = new ResponseParser(1_000, new HeaderLines())
  parser.expect({ isHead: false, wantsTunnel: false, decodeChunks: false, ...options })
  let taken = 0
  const bounds = [0, ...cuts, text.length]
  for (let index = 0; index + 1 < bounds.length; index++) {
    // One buffer is reused for every read, as the connections do.
    const piece = Buffer.from(text.slice(bounds[index], bounds[index + 1]), 'latin1')
    taken += parser.push(piece, sink)
    piece.fill(0)
  }
  return { events, state: parser.state, taken }
}

const RESPONSES: readonly [string, string, readonly string[]][] = [
  [
    'a length',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    ['head 200 length', 'end "hello"'],
  ],
  [
    'equal lengths',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok',
    ['head 200 length', 'end "ok"'],
  ],
  ['nothing', 'HTTP/1.1 204 No Content\r\n\r\n', ['head 204 none', 'end ""']],
  ['no reason', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', ['head 200 length', 'end ""']],
  [
    'chunks with an extension and a trailer',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n',
    [
      'head 200 chunked',
      'end "3;a=b\\r\\nabc\\r\\nA\\r\\n0123456789\\r\\n0\\r\\nX: y\\r\\n\\r\\n"',
    ],
  ],
  [
    'interim heads first',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx',
    ['interim 100', 'interim 103', 'head 404 length', 'end "x"'],
  ],
]

const BROKEN: readonly [string, string][] = [
  ['different lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy'],
  [
    'a length and chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['an unknown coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
  ['bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'],
  ['a folded line', 'HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n'],
  ['another protocol', 'ICY 200 OK\r\n\r\n'],
  ['an unasked upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ['a chunk size that is none', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n'],
  ['a chunk size with a space', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5 \r\nhello'],
  [
    'a chunk size too large',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffff\r\n',
  ],
  [
    'a chunk longer than it says',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n',
  ],
  ['a head that is too large', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(2_000)}`],
]

describe('a response', () => {
  it.each(RESPONSES)('with %s reads the same however it is cut', (_what, text, events) => {
    const bytewise = Array.from({ length: text.length - 1 }, (_, index) => index + 1)
    expect(read(text, bytewise).events).toEqual(events)
    for (const cut of bytewise) {
      const result = read(text, [cut])
      expect(result).toEqual({ events, state: 'idle', taken: text.length })
    }
  })

  it.each(BROKEN)('with %s is refused however it is cut', (_what, text) => {
    const bytewise = Array.from({ length: text.length - 1 }, (_, index) => index + 1)
    expect(read(text, []).state).toBe('broken')
    expect(read(text, bytewise).state).toBe('broken')
  })

  it('leaves bytes beyond its end alone', () => {
    const text = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n'
    expect(read(text, [])).toMatchObject({ state: 'idle', taken: text.length - 17 })
  })

  it('can be handed over without chunk framing, and to HEAD has no body', () => {
    const chunked =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'
    expect(read(chunked, [], { decodeChunks: true }).events).toEqual([
      'head 200 chunked',
      'end "abcde"',
    ])
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n'
    expect(read(head, [], { isHead: true }).events).toEqual(['head 200 none', 'end ""'])
  })
})
