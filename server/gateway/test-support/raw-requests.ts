/**
 * Raw HTTP/1.1 requests and what has to become of them: RFC 9112 and 9110, the request smuggling literature, and what
 * proxies have got wrong. Sent with one more request behind them, which shows where the gateway thinks they end.
 */

/** What has to become of an input. `seen` is what reaches the backend, as `METHOD target body`. */
export interface RawRequest {
  readonly what: string
  readonly bytes: string
  /** Final statuses, in order, without those of the request sent behind. */
  readonly statuses: readonly number[]
  readonly seen: readonly string[]
  /** Whether the connection is closed, so that the request behind is never served. */
  readonly closes: boolean
}

type Named = readonly [what: string, bytes: string]
type Expected = readonly [what: string, bytes: string, ...seen: string[]]

const get = (lines: string, target = '/') => `GET ${target} HTTP/1.1\r\nHost: a\r\n${lines}\r\n`
const post = (lines: string, body: string) =>
  `POST / HTTP/1.1\r\nHost: a\r\n${lines.split('\n').join('\r\n')}\r\n\r\n${body}`
const chunked = (body: string, lines = 'Transfer-Encoding: chunked') => post(lines, body)
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'

const LENGTHS: readonly Named[] = [
  ['length and coding', post('Content-Length: 5\nTransfer-Encoding: chunked', '0\r\n\r\n')],
  ['coding and length', post('Transfer-Encoding: chunked\nContent-Length: 5', '0\r\n\r\n')],
  ['CL.TE', post('Content-Length: 6\nTransfer-Encoding: chunked', `0\r\n\r\n${SMUGGLED}`)],
  [
    'TE.CL',
    post('Transfer-Encoding: chunked\nContent-Length: 4', `2d\r\n${SMUGGLED}\r\n0\r\n\r\n`),
  ],
  [
    'a length of 0 and a coding',
    post('Content-Length: 0\nTransfer-Encoding: chunked', '0\r\n\r\n'),
  ],
  ['equal lengths', post('Content-Length: 3\nContent-Length: 3', 'abc')],
  ['two lengths', post('Content-Length: 3\nContent-Length: 43', `abc${SMUGGLED}`)],
  ['two lengths apart', post('Content-Length: 3\nX: y\ncontent-length: 4', 'abcd')],
  ['a list of equal lengths', post('Content-Length: 3, 3', 'abc')],
  ['a list of lengths', post('Content-Length: 3,4', 'abcd')],
  ['a length with a plus', post('Content-Length: +3', 'abc')],
  ['a length with a minus', post('Content-Length: -3', 'abc')],
  ['a minus zero', post('Content-Length: -0', '')],
  ['a hexadecimal length', post('Content-Length: 0x3', 'abc')],
  ['a length with a fraction', post('Content-Length: 3.0', 'abc')],
  ['a length with an exponent', post('Content-Length: 3e0', 'abc')],
  ['a length with an underscore', post('Content-Length: 1_0', '0123456789')],
  ['a length with a space within', post('Content-Length: 1 0', '0123456789')],
  ['an empty length', post('Content-Length:', 'abc')],
  ['a blank length', post('Content-Length:  \t', 'abc')],
  ['a length behind a tab', post('Content-Length:\t3\t', 'abc')],
  ['a quoted length', post('Content-Length: "3"', 'abc')],
  ['a length in words', post('Content-Length: three', 'abc')],
  ['a length with a semicolon', post('Content-Length: 3;q=1', 'abc')],
  ['a length above 2^53', post('Content-Length: 9007199254740993', 'abc')],
  ['a length of 2^64 + 3', post('Content-Length: 18446744073709551619', 'abc')],
  ['a length of 2^32 + 3 twice', post('Content-Length: 4294967299\nContent-Length: 3', 'abc')],
  ['a length of many zeroes', post(`Content-Length: ${'0'.repeat(40)}3`, 'abc')],
  ['a length after a vertical tab', post('Content-Length: \x0b3', 'abc')],
  ['a length after a form feed', post('Content-Length: \x0c3', 'abc')],
  ['a length after a no-break space', post('Content-Length: \xa03', 'abc')],
  ['a length with a NUL', post('Content-Length: 3\0', 'abc')],
  ['full-width digits', post('Content-Length: \xef\xbc\x93', 'abc')],
]

const CODINGS: readonly Named[] = [
  ['a coding that is none', chunked('0\r\n\r\n', 'Transfer-Encoding: xchunked')],
  ['identity', chunked('abc', 'Transfer-Encoding: identity')],
  ['a quoted coding', chunked('0\r\n\r\n', 'Transfer-Encoding: "chunked"')],
  ['a coding after a vertical tab', chunked('0\r\n\r\n', 'Transfer-Encoding: \x0bchunked')],
  ['a coding with a NUL', chunked('0\r\n\r\n', 'Transfer-Encoding: chunked\0')],
  ['a folded coding', chunked('0\r\n\r\n', 'Transfer-Encoding:\n chunked')],
  ['a space before the colon of a coding', chunked('0\r\n\r\n', 'Transfer-Encoding : chunked')],
  ['a tab before the colon of a coding', chunked('0\r\n\r\n', 'Transfer-Encoding\t: chunked')],
  ['a space before a coding', chunked('0\r\n\r\n', ' Transfer-Encoding: chunked')],
  ['an empty coding', chunked('0\r\n\r\n', 'Transfer-Encoding:')],
  ['chunked not last', chunked('0\r\n\r\n', 'Transfer-Encoding: chunked, identity')],
  [
    'chunked and then another line',
    chunked('0\r\n\r\n', 'Transfer-Encoding: chunked\nTransfer-Encoding: x'),
  ],
  ['a coding before chunked', chunked('0\r\n\r\n', 'Transfer-Encoding: gzip, chunked')],
  ['chunked twice', chunked('0\r\n\r\n', 'Transfer-Encoding: chunked, chunked')],
  [
    'chunked in two lines',
    chunked('0\r\n\r\n', 'Transfer-Encoding: chunked\nTransfer-Encoding: chunked'),
  ],
  ['an unfinished list', chunked('0\r\n\r\n', 'Transfer-Encoding: gzip,')],
  ['a bare CR after a coding', chunked('0\r\n\r\n', 'Transfer-Encoding: chunked\rX: y')],
  [
    'a coding in HTTP/1.0 with a length',
    'POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
]

const CHUNKS: readonly Named[] = [
  ['a chunk ended by LF', chunked('3\nabc\r\n0\r\n\r\n')],
  ['a chunk ended by CR', chunked('3\rabc\r\n0\r\n\r\n')],
  ['data followed by LF only', chunked('3\r\nabc\n0\r\n\r\n')],
  ['data longer than its chunk', chunked('3\r\nabcd\r\n0\r\n\r\n')],
  ['a last chunk ended by LF', chunked('0\n\n')],
  ['a size with a plus', chunked('+3\r\nabc\r\n0\r\n\r\n')],
  ['a size with a minus', chunked('-3\r\nabc\r\n0\r\n\r\n')],
  ['a size with 0x', chunked('0x3\r\nabc\r\n0\r\n\r\n')],
  ['a size with an underscore', chunked('1_0\r\n0123456789abcdef\r\n0\r\n\r\n')],
  ['a size that is none', chunked('g\r\nabc\r\n0\r\n\r\n')],
  ['an empty size', chunked('\r\nabc\r\n0\r\n\r\n')],
  ['a size of 2^64 + 3', chunked('10000000000000003\r\nabc\r\n0\r\n\r\n')],
  ['a space before a size', chunked(' 3\r\nabc\r\n0\r\n\r\n')],
  ['an extension with LF', chunked('3;a\nabc\r\n0\r\n\r\n')],
  ['an extension with a NUL', chunked('3;a\0\r\nabc\r\n0\r\n\r\n')],
  ['an extension with CR', chunked('3;a\rb\r\nabc\r\n0\r\n\r\n')],
  ['endless extensions', chunked(`3;${'a'.repeat(70_000)}\r\nabc\r\n0\r\n\r\n`)],
  ['a trailer with a NUL', chunked('0\r\nX: y\0\r\n\r\n')],
  ['a trailer that names a length', chunked('0\r\nContent-Length: 50\r\n\r\n')],
  ['a trailer without a name', chunked('0\r\n: y\r\n\r\n')],
]

const LINES: readonly Named[] = [
  ['LF only', 'GET / HTTP/1.1\nHost: a\n\n'],
  ['LF after the request line', 'GET / HTTP/1.1\nHost: a\r\n\r\n'],
  ['LF after a header', 'GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n'],
  ['LF as the empty line', 'GET / HTTP/1.1\r\nHost: a\r\n\n'],
  ['CR only', 'GET / HTTP/1.1\rHost: a\r\r\n\r\n'],
  ['CR in a value', get('X: y\rZ: q\r\n')],
  ['CR before CRLF', get('X: y\r\r\n')],
  ['a folded line', get('X: y\r\n z\r\n')],
  ['a line folded by a tab', get('X: y\r\n\tz\r\n')],
  ['a folded length', post('Content-Length:\n 3', 'abc')],
  ['a folded first line', 'GET / HTTP/1.1\r\n Host: a\r\n\r\n'],
  ['a space before the colon', get('X : y\r\n')],
  ['a tab before the colon', get('X\t: y\r\n')],
  ['a space before the colon of Host', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
  ['a line without a colon', get('Nonsense\r\n')],
  ['a line without a name', get(': y\r\n')],
  ['a space in a name', get('X Y: z\r\n')],
  ['a NUL in a name', get('X\0Y: z\r\n')],
  ['a parenthesis in a name', get('X(Y): z\r\n')],
  ['a slash in a name', get('X/Y: z\r\n')],
  ['a quotation mark in a name', get('X"Y: z\r\n')],
  ['a letter above ASCII in a name', get('X\xe9: z\r\n')],
  ['DEL in a name', get('X\x7f: z\r\n')],
  ['a NUL in a value', get('X: y\0z\r\n')],
  ['a bell in a value', get('X: y\x07\r\n')],
  ['a vertical tab in a value', get('X: y\x0bz\r\n')],
  ['DEL in a value', get('X: y\x7f\r\n')],
  ['an escape in a value', get('X: \x1b[31m\r\n')],
]

const FIRST_LINES: readonly Named[] = [
  ['two spaces after the method', 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['two spaces after the target', 'GET /  HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a tab after the method', 'GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a tab after the target', 'GET /\tHTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a space before the method', ' GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a space after the version', 'GET / HTTP/1.1 \r\nHost: a\r\n\r\n'],
  ['a space in the target', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['no target', 'GET HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['no version', 'GET /\r\nHost: a\r\n\r\n'],
  ['a lower-case version', 'GET / http/1.1\r\nHost: a\r\n\r\n'],
  ['another protocol', 'GET / ICAP/1.1\r\nHost: a\r\n\r\n'],
  ['a version of one number', 'GET / HTTP/1\r\nHost: a\r\n\r\n'],
  ['a version of two digits', 'GET / HTTP/1.10\r\nHost: a\r\n\r\n'],
  ['a version with letters', 'GET / HTTP/1.x\r\nHost: a\r\n\r\n'],
  ['a method that is no token', 'G@T / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a method with a NUL', 'GE\0T / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a method nobody knows', 'FROBNICATE / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a method in lower case', 'get / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['the preface of HTTP/2 with HTTP/1.1', 'PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n'],
  ['a fragment', get('', '/a#b')],
  ['a NUL in the target', get('', '/a\0b')],
  ['a control character in the target', get('', '/a\x01b')],
  ['DEL in the target', get('', '/a\x7fb')],
  ['a byte above ASCII in the target', get('', '/\xe9')],
  ['a backslash in the path', get('', '/a\\b')],
  ['an escaped backslash in the path', get('', '/a%5c..%5cb')],
  ['a target without a slash', get('', 'a')],
  ['an absolute target of another scheme', get('', 'ftp://a/b')],
  ['an absolute target without a host', get('', 'http:///b')],
  ['the start of a TLS handshake', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n'],
  ['many empty lines', `${'\r\n'.repeat(40)}GET / HTTP/1.1\r\nHost: a\r\n\r\n`],
]

const HOSTS: readonly Named[] = [
  ['no Host', 'GET / HTTP/1.1\r\nX: y\r\n\r\n'],
  ['no header at all', 'GET / HTTP/1.1\r\n\r\n'],
  ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
  ['two equal Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'],
  ['two Hosts, one in lower case', 'GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nhost: b\r\n\r\n'],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
  ['a Host with a space', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n'],
  ['a Host with user information', 'GET / HTTP/1.1\r\nHost: u@a\r\n\r\n'],
  ['a Host with a port that is none', 'GET / HTTP/1.1\r\nHost: a:b\r\n\r\n'],
  ['a Host with a long port', 'GET / HTTP/1.1\r\nHost: a:123456\r\n\r\n'],
  ['a Host with two ports', 'GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n'],
  ['a Host with a question mark', 'GET / HTTP/1.1\r\nHost: a?b\r\n\r\n'],
  ['a Host with a backslash', 'GET / HTTP/1.1\r\nHost: a\\b\r\n\r\n'],
  ['a Host with angle brackets', 'GET / HTTP/1.1\r\nHost: <a>\r\n\r\n'],
  ['a Host with an open bracket', 'GET / HTTP/1.1\r\nHost: [::1\r\n\r\n'],
  ['a Host above ASCII', 'GET / HTTP/1.1\r\nHost: \xe9\r\n\r\n'],
  ['a user in an absolute target', get('', 'http://u@b/')],
]

const LARGE: readonly Named[] = [
  ['a target over the limit', get('', `/${'a'.repeat(17_000)}`)],
  ['a query over the limit', get('', `/?${'a'.repeat(17_000)}`)],
]

const LARGE_HEADS: readonly Named[] = [
  ['a target that never ends', `GET /${'a'.repeat(70_000)}`],
  ['too many lines', get('X: y\r\n'.repeat(201))],
  ['a value over the limit', get(`X: ${'y'.repeat(70_000)}\r\n`)],
  ['a name over the limit', get(`${'X'.repeat(70_000)}: y\r\n`)],
  ['lines over the limit together', get(`X: ${'y'.repeat(900)}\r\n`.repeat(80))],
]

const VERSIONS: readonly Named[] = [
  ['HTTP/2.0', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n'],
  ['HTTP/0.9', 'GET / HTTP/0.9\r\nHost: a\r\n\r\n'],
  ['HTTP/1.2', 'GET / HTTP/1.2\r\nHost: a\r\n\r\n'],
  ['HTTP/3.0', 'GET / HTTP/3.0\r\nHost: a\r\n\r\n'],
]

const SERVED: readonly Expected[] = [
  ['a trailer that names a host', chunked('0\r\nHost: b\r\n\r\n'), 'POST /'],
  ['a plain request', get(''), 'GET /'],
  ['a body', post('Content-Length: 3', 'abc'), 'POST / abc'],
  ['an empty body', post('Content-Length: 0', ''), 'POST /'],
  ['a length with zeroes', post('Content-Length: 003', 'abc'), 'POST / abc'],
  ['a length in spaces', post('Content-Length:   3  ', 'abc'), 'POST / abc'],
  ['a length in lower case', post('content-length:3', 'abc'), 'POST / abc'],
  [
    'a body that looks like a request',
    post(`Content-Length: ${SMUGGLED.length}`, SMUGGLED),
    `POST / ${SMUGGLED}`,
  ],
  [
    'a GET with a body',
    `GET / HTTP/1.1\r\nHost: a\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
    `GET / ${SMUGGLED}`,
  ],
  ['chunks', chunked('3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'), 'POST / abcde'],
  ['a chunk in capitals', chunked('A\r\n0123456789\r\n0\r\n\r\n'), 'POST / 0123456789'],
  ['a size with zeroes', chunked('0003\r\nabc\r\n0\r\n\r\n'), 'POST / abc'],
  ['a chunk with an extension', chunked('3;a=b\r\nabc\r\n0;c\r\n\r\n'), 'POST / abc'],
  ['a trailer', chunked('3\r\nabc\r\n0\r\nX: y\r\n\r\n'), 'POST / abc'],
  [
    'a chunk that looks like a request',
    chunked(`${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`),
    `POST / ${SMUGGLED}`,
  ],
  ['a coding in capitals', chunked('0\r\n\r\n', 'TRANSFER-ENCODING: CHUNKED'), 'POST /'],
  [
    'a coding that Connection lists',
    chunked('3\r\nabc\r\n0\r\n\r\n', 'Transfer-Encoding: chunked\nConnection: transfer-encoding'),
    'POST / abc',
  ],
  [
    'a length that Connection lists',
    post('Content-Length: 3\nConnection: content-length', 'abc'),
    'POST / abc',
  ],
  ['a Host that Connection lists', get('Connection: host\r\n'), 'GET /'],
  ['one empty line before', '\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n', 'GET /'],
  ['two requests', get('', '/1') + get('', '/2'), 'GET /1', 'GET /2'],
  [
    'a body and a request',
    post('Content-Length: 3', `abc${get('', '/2')}`),
    'POST / abc',
    'GET /2',
  ],
  ['chunks and a request', chunked(`0\r\n\r\n${get('', '/2')}`), 'POST /', 'GET /2'],
  ['a query', get('', '/a?b=c&d'), 'GET /a?b=c&d'],
  ['a query with slashes and dots', get('', '/a?b=/../c'), 'GET /a?b=/../c'],
  ['an absolute target', get('', 'http://b.example/x'), 'GET /x'],
  ['an absolute target without a path', get('', 'http://b.example'), 'GET /'],
  ['dot segments', get('', '/a/./b/../c'), 'GET /a/c'],
  ['dot segments above the root', get('', '/../../a'), 'GET /a'],
  ['escaped dot segments', get('', '/a/%2e%2E/b'), 'GET /b'],
  ['an escaped slash', get('', '/a%2fb'), 'GET /a%2fb'],
  ['an escaped NUL', get('', '/a%00b'), 'GET /a%00b'],
  ['an escape that is none', get('', '/a%zz'), 'GET /a%zz'],
  ['two slashes', get('', '//a//b'), 'GET //a//b'],
  ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', 'OPTIONS *'],
  ['a header with no value', get('X:\r\n'), 'GET /'],
  ['letters above ASCII in a value', get('X: \xe9\r\n'), 'GET /'],
  ['a tab in a value', get('X: a\tb\r\n'), 'GET /'],
  ['an unusual name', get("!#$%&'*+-.^_`|~: y\r\n"), 'GET /'],
  ['as many lines as are allowed', get('X: y\r\n'.repeat(198)), 'GET /'],
  ['a Host with a port', 'GET / HTTP/1.1\r\nHost: a:80\r\n\r\n', 'GET /'],
  ['an IPv6 Host', 'GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n', 'GET /'],
  ['an unusual method', 'PURGE / HTTP/1.1\r\nHost: a\r\n\r\n', 'PURGE /'],
  ['TRACE', 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n', 'TRACE /'],
  [
    'an upgrade to HTTP/2',
    get(
      'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n',
    ),
    'GET /',
  ],
]

const SERVED_LAST: readonly Expected[] = [
  ['Connection: close', get('Connection: close\r\n'), 'GET /'],
  ['close among others, in capitals', get('Connection: x, CLOSE\r\n'), 'GET /'],
  ['close in a second line', get('Connection: x\r\nConnection: close\r\n'), 'GET /'],
  ['HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\n\r\n', 'GET /'],
  [
    'HTTP/1.0 with a body',
    'POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc',
    'POST / abc',
  ],
]

function refused(status: number, inputs: readonly Named[]): readonly RawRequest[] {
  return inputs.map(([what, bytes]) => ({
    what,
    bytes,
    statuses: [status],
    seen: [],
    closes: true,
  }))
}

function served(inputs: readonly Expected[], closes: boolean): readonly RawRequest[] {
  return inputs.map(([what, bytes, ...seen]) => ({
    what,
    bytes,
    statuses: seen.map(() => 200),
    seen,
    closes,
  }))
}

export const RAW_REQUESTS: readonly RawRequest[] = [
  ...refused(400, [...LENGTHS, ...CODINGS, ...CHUNKS, ...LINES, ...FIRST_LINES, ...HOSTS]),
  ...refused(414, LARGE),
  ...refused(431, LARGE_HEADS),
  ...refused(505, VERSIONS),
  ...refused(405, [['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n']]),
  ...served(SERVED, false),
  ...served(SERVED_LAST, true),
]
