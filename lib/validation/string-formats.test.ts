import { expect, test } from 'vitest'
import { hasFormat, normalizedFormat } from './string-formats'

/** Of each format some texts that have it and some that don't, as strfmt of kube-openapi takes them. */
const CASES: Readonly<Record<string, readonly [good: string[], bad: string[]]>> = {
  bsonobjectid: [
    ['507f1f77bcf86cd799439011'],
    ['507f1f77bcf86cd79943901', 'g07f1f77bcf86cd799439011'],
  ],
  uri: [
    ['/a', 'http://x.example/?q=%2F', 'urn:x', 'a:b'],
    ['', 'a', 'http:', '1a:b', 'http://a b', '/%2', '/%zz', '/a\u0000'],
  ],
  email: [['a@b'], ['a', 'a@', '@b', 'a b@c', '<a@b>']],
  hostname: [
    ['a', 'a.example', 'a-b.example', 'x1.co', `${'a'.repeat(63)}.example`, 'bücher.example'],
    ['', '-a.example', 'a..b', 'a.b.1', `${'a'.repeat(64)}.example`, `${'a.'.repeat(127)}example`],
  ],
  ipv4: [
    ['10.0.0.1', '255.255.255.255', '010.0.0.1', '0.0.0.0'],
    ['256.0.0.1', '1.2.3', '1.2.3.4.5', '-1.2.3.4', '1.2.3.x', '::1'],
  ],
  ipv6: [
    ['::', '::1', 'fe80::1:2', '1:2:3:4:5:6:7:8', '::ffff:10.0.0.1'],
    ['1.2.3.4', ':::', '1:2:3', '1:2:3:4:5:6:7:8:9', '12345::', '1::2::3', '::g', '::10.0.0.256'],
  ],
  cidr: [
    ['10.0.0.0/0', '10.0.0.0/32', '::/128'],
    ['10.0.0.0', '10.0.0.0/33', '::/129', '10.0.0.0/-1', '10.0.0.0/', '10.0.0.0/1000', '/8'],
  ],
  mac: [
    ['00:1a:2b:3c:4d:5e', '00-1a-2b-3c-4d-5e', '001a.2b3c.4d5e'],
    ['00:1a:2b:3c:4d', '001a2b3c4d5e', '0:1a:2b:3c:4d:5e'],
  ],
  uuid: [
    ['123e4567-e89b-12d3-a456-426614174000', '123E4567E89B12D3A456426614174000'],
    ['123e4567-e89b-12d3-a456-42661417400', 'x23e4567-e89b-12d3-a456-426614174000'],
  ],
  uuid3: [['123e4567-e89b-32d3-a456-426614174000'], ['123e4567-e89b-42d3-a456-426614174000']],
  uuid4: [
    ['123e4567-e89b-42d3-b456-426614174000'],
    ['123e4567-e89b-42d3-c456-426614174000', '123e4567-e89b-52d3-a456-426614174000'],
  ],
  uuid5: [['123e4567-e89b-52d3-8456-426614174000'], ['123e4567-e89b-42d3-8456-426614174000']],
  isbn10: [
    ['0-306-40615-2', '080442957X', '0 306 40615 2'],
    ['0306406153', '080442957', 'X306406152', '08044295721'],
  ],
  isbn13: [
    ['978-0-306-40615-7', '9783161484100'],
    ['9780306406158', '978030640615', '97803064061570'],
  ],
  isbn: [
    ['0306406152', '9780306406157'],
    ['0306406153', '9780306406158', 'x'],
  ],
  creditcard: [
    [
      '4111 1111 1111 1111',
      '4222222222222',
      '5500-0000-0000-0004',
      '340000000000009',
      '6011000000000004',
      '6011000990139424',
      '30000000000004',
    ],
    ['4111111111111112', '411111111111', '1234567812345670', ''],
  ],
  ssn: [
    ['123-45-6789', '123 45 6789', '123456789'],
    ['12-345-6789', '123-45-678'],
  ],
  hexcolor: [
    ['#fff', 'FFFFFF'],
    ['#ff', '#fffff', 'ggg'],
  ],
  rgbcolor: [
    ['rgb(0,0,0)', 'rgb( 255 , 255 , 255 )'],
    ['rgb(256,0,0)', 'rgb(0,0,256)', 'rgb(0,0)', 'rgba(0,0,0)', 'rgb(-1,0,0)'],
  ],
  byte: [
    ['YQ==', 'YWI=', 'YWJj'],
    ['', 'YQ', 'YQ=', '****'],
  ],
  password: [['', 'anything'], []],
  date: [
    ['2024-02-29', '2000-02-29', '2023-12-31', '2023-04-30'],
    [
      '2023-02-29',
      '1900-02-29',
      '2023-00-01',
      '2023-13-01',
      '2023-04-31',
      '2023-01-00',
      '2023-01-32',
      '23-01-01',
    ],
  ],
  duration: [
    ['1s', '1h2m', '0'],
    ['', '1', 'x'],
  ],
  datetime: [
    ['2023-01-01T23:59:60Z', '2023-01-01t00:00:00.5+01:00', '2023-01-01 00:00:00-00:30'],
    [
      '2023-01-01T24:00:00Z',
      '2023-01-01T00:60:00Z',
      '2023-01-01T00:00:61Z',
      '2023-01-32T00:00:00Z',
      '2023-01-01T00:00:00',
      '2023-01-01',
    ],
  ],
  'date-time': [['2023-01-01T00:00:00Z'], ['2023-01-01']],
  'k8s-short-name': [
    ['a', 'a-1', 'a'.repeat(63)],
    ['', '-a', 'A', 'a.b', 'a'.repeat(64)],
  ],
  'k8s-long-name': [
    ['a', 'a.b-c', `${'a.'.repeat(126)}a`],
    ['', 'a..b', '.a', `${'a.'.repeat(126)}ab`],
  ],
  'of-nobody': [['', 'anything'], []],
}

const rows = Object.entries(CASES).flatMap(([format, [good, bad]]) => [
  ...good.map((text) => [format, text, true] as const),
  ...bad.map((text) => [format, text, false] as const),
])

test.each(rows)('%s of %j: %s', (format, text, expected) => {
  expect(hasFormat(format, text)).toBe(expected)
})

test('a format is checked of texts, of numbers and by the version that does so', () => {
  expect(normalizedFormat('date', 'string', 'before-1.34')).toBe('date')
  expect(normalizedFormat('date', '', 'before-1.34')).toBe('date')
  expect(normalizedFormat('date', 'integer', 'before-1.34')).toBe('')
  expect(normalizedFormat('', 'string', 'since-1.35')).toBe('')
  expect(normalizedFormat('of-nobody', 'string', 'since-1.35')).toBe('')
  expect(normalizedFormat('k8s-short-name', 'string', 'before-1.34')).toBe('')
  expect(normalizedFormat('k8s-short-name', 'string', 'since-1.35')).toBe('k8s-short-name')
  expect(normalizedFormat('int32', 'integer', 'since-1.35')).toBe('int32')
  expect(normalizedFormat('int32', 'integer', 'before-1.34')).toBe('')
  expect(normalizedFormat('double', 'number', 'since-1.35')).toBe('double')
  expect(normalizedFormat('double', 'integer', 'since-1.35')).toBe('')
})
