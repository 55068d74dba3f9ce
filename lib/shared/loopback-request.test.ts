import { describe, expect, test } from 'vitest'
import { isLoopbackHost, targetUrl } from './loopback-request'

describe('isLoopbackHost', () => {
  test.each(['localhost', 'LOCALHOST:3000', '127.0.0.1', '127.64.0.9:80', '[::1]', '[::1]:65535'])(
    'knows %j as this machine',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true)
    },
  )

  test.each([
    undefined,
    '',
    '::1',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'localhost:123456',
  ])('does not take %j for this machine', (host) => {
    expect(isLoopbackHost(host)).toBe(false)
  })
})

describe('targetUrl', () => {
  test('reads path and query', () => {
    const url = targetUrl('/series?range=60')
    expect(url?.pathname).toBe('/series')
    expect(url?.searchParams.get('range')).toBe('60')
  })

  test.each(['//', '//[', 'http://['])('answers null for %j', (target) => {
    expect(targetUrl(target)).toBeNull()
  })
})
