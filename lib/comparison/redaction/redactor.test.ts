import { describe, expect, it } from 'vitest'
import { isCardNumber, isSecretName, replaceSecrets } from '@/lib/comparison/redaction/detectors'
import { Redactor } from '@/lib/comparison/redaction/redactor'

const hash = (secret: string) => `#${secret.length}`
const redactor = new Redactor({ headers: ['X-Customer'], paths: ['$.items[*].owner'] }, hash)
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r'

describe('secrets in a text', () => {
  it.each([
    ['a JSON Web Token', `id ${JWT}.`, JWT],
    ['a bearer token', 'Authorization: Bearer abc123def456', 'abc123def456'],
    ['basic credentials', 'basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
    ['a key with its issuer', 'key sk_live_4eC39HqLyjWDarjtT1', 'sk_live_4eC39HqLyjWDarjtT1'],
    ['a cloud key', 'AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
    ['credentials of a URL', 'see https://tea:pot@host.example/', 'tea:pot'],
    ['a password in a line', 'password=hunter2&x=1', 'hunter2'],
    ['a password in a log', 'db password: "hunter2"', 'hunter2'],
    ['a secret named like itself', 'secret=secret', 'secret'],
    ['an e-mail address', 'to Tea.Lover+x@mail.example.com now', 'Tea.Lover+x@mail.example.com'],
    ['a card number', 'card 4111-1111-1111-1111.', '4111-1111-1111-1111'],
    [
      'a long opaque key',
      'k: aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7b',
      'aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7b',
    ],
  ])('%s is replaced', (_name, text, secret) => {
    const redacted = replaceSecrets(text, () => '[redacted]')
    expect(redacted).toContain('[redacted]')
    expect(redacted.replace('[redacted]', secret)).toBe(text)
  })

  it.each([
    'The quick brown fox jumps over the lazy dog',
    '550e8400-e29b-41d4-a716-446655440000',
    '2026-11-25T18:00:00.000Z',
    '1764093600000',
    '1764093600000000',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '/api/v1/namespaces/default/services/backend-with-a-rather-long-name',
    '4111 1111 1111 1112',
    'tokens: 512',
  ])('%j stays as it is', (text) => {
    expect(replaceSecrets(text, () => '[redacted]')).toBe(text)
  })

  it('are found by every beginning there is', () => {
    const long = 'a1b2c3d4e5f6'
    const issuers =
      'sk pk rk ghp gho ghu ghs ghr github_pat glpat xoxa xoxb xoxe xoxo xoxp xoxr xoxs npm pypi shpat dop_v1 hf'
    const names =
      'password passwd pwd passphrase secret token api_key api-key apikey access_key access-key client_secret'
    const texts = [
      ...issuers.split(' ').flatMap((issuer) => [`${issuer}_${long}`, `${issuer}-${long}`]),
      ...['AKIA', 'ASIA', 'AIza'].map((issuer) => issuer + long),
      ...['Bearer', 'BASIC', 'negotiate', 'digest', 'token'].map((scheme) => `${scheme} ${long}`),
      ...names
        .split(' ')
        .flatMap((name) => [`${name}=hunter2`, `"${name.toUpperCase()}" : "hunter2"`]),
    ]
    for (const text of texts)
      expect(replaceSecrets(`a ${text}`, () => '[redacted]')).toContain('[redacted]')
  })

  it('are found in linear time, whatever the text', () => {
    const pieces = ['a', '@', '.', '1', ' ', 'eyJ', ':', '/', '-----BEGIN PRIVATE KEY-----', '=']
    for (const piece of pieces) {
      const text = piece.repeat(Math.floor(200_000 / piece.length))
      expect(replaceSecrets(text, (secret) => secret)).toBe(text)
    }
    expect(replaceSecrets('x'.repeat(300_000), () => '[redacted]')).toBe('[redacted]')
  })

  it('knows a card’s check digit', () => {
    expect(
      ['4242424242424242', '5555 5555 5555 4444', '378282246310005'].map(isCardNumber),
    ).toEqual([true, true, true])
    expect(isCardNumber('4242424242424241')).toBe(false)
  })
})

describe('names that promise a secret', () => {
  it.each([
    'password',
    'X-Api-Key',
    'apiKey',
    'client_secret',
    'access_token',
    'Authorization',
    'sessionId',
    'csrf-token',
    'pin',
    'cvv',
    'iban',
    'Proxy-Authorization',
    'id_token',
  ])('%s', (name) => expect(isSecretName(name)).toBe(true))

  it.each([
    'name',
    'total_tokens',
    'maxTokens',
    'spinner',
    'shipping',
    'compass',
    'key',
    'design',
    'session_count',
  ])('not %s', (name) => expect(isSecretName(name)).toBe(false))
})

describe('a redactor', () => {
  it('replaces what headers hold, and keeps what tells them apart', () => {
    expect(
      redactor.redactHeaders([
        ['authorization', 'Bearer abc'],
        ['cookie', 'a=1; b=22'],
        ['set-cookie', 'sid=333; Path=/; Max-Age=5'],
        ['x-customer', 'tea'],
        ['x-api-key', '4444'],
        ['location', 'https://shop.example/next?token=55555&page=2'],
        ['date', 'Wed, 25 Nov 2026 18:00:00 GMT'],
      ]),
    ).toEqual([
      ['authorization', '[redacted #10]'],
      ['cookie', 'a=[redacted #1]; b=[redacted #2]'],
      ['set-cookie', 'sid=[redacted #3]; Path=/; Max-Age=5'],
      ['x-customer', '[redacted #3]'],
      ['x-api-key', '[redacted #4]'],
      ['location', 'https://shop.example/next?token=[redacted #5]&page=2'],
      ['date', 'Wed, 25 Nov 2026 18:00:00 GMT'],
    ])
  })

  it('looks behind the escapes of a target', () => {
    expect(
      redactor.redactTarget('/u/tea%40mail.example?q=a%20b&pass%77ord=x%26y&e=tea%40mail.example'),
    ).toBe('/u/[redacted #16]?q=a%20b&pass%77ord=[redacted #3]&e=[redacted #16]')
    expect(redactor.redactTarget('/plain?%zz=1&flag')).toBe('/plain?%zz=1&flag')
  })

  it('replaces JSON by name, by place and by looks, and leaves the rest alone', () => {
    const value = {
      id: 5,
      items: [{ owner: 'Tea', price: 1.5, big: 4111111111111111 }],
      auth: { token: ['a', { b: 7 }], session_id: null, password: true },
      mail: 'tea@mail.example',
    }
    expect(redactor.redactJson(value)).toEqual({
      id: 5,
      items: [{ owner: '[redacted #3]', price: 1.5, big: '[redacted #16]' }],
      auth: {
        token: ['[redacted #1]', { b: '[redacted #1]' }],
        session_id: null,
        password: true,
      },
      mail: '[redacted #16]',
    })
  })

  it('does not walk what is nested too deep', () => {
    let deep: unknown = 1
    for (let depth = 0; depth < 5_000; depth++) deep = [deep]
    expect(redactor.redactJson(deep)).toBeUndefined()
    expect(redactor.redactJson(JSON.parse('{"__proto__":{"token":"x"}}'))).toEqual(
      JSON.parse('{"__proto__":{"token":"[redacted #1]"}}'),
    )
  })
})
