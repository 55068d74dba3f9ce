import { expect, test } from 'vitest'
import type { Gateway } from '@/lib/gateway-api/types'
import { isReachedAt } from './gateway-addresses'

function gateway(addresses: { type?: string; value: string }[]): Gateway {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'eg', namespace: 'default' },
    spec: {
      gatewayClassName: 'eg',
      listeners: [
        { name: 'http', port: 80, protocol: 'HTTP' },
        { name: 'tls', port: 443, protocol: 'HTTPS' },
      ],
    },
    status: { addresses },
  }
}

test.each([
  ['its address and a listener’s port', [{ value: '10.0.0.7' }], '10.0.0.7', 443, true],
  ['another port', [{ value: '10.0.0.7' }], '10.0.0.7', 22, false],
  ['another address', [{ value: '10.0.0.7' }], '10.0.0.8', 80, false],
  ['a Gateway without an address', [], '10.0.0.7', 80, false],
  ['an address of the link', [{ value: '169.254.169.254' }], '169.254.169.254', 80, false],
  [
    'one of the link in another form',
    [{ value: '::ffff:169.254.169.254' }],
    '::ffff:169.254.169.254',
    80,
    false,
  ],
  [
    'one of the link in hexadecimal',
    [{ value: '::ffff:a9fe:a9fe' }],
    '::ffff:a9fe:a9fe',
    80,
    false,
  ],
])('a Gateway is reached at %s: %#', (_, addresses, host, port, expected) => {
  expect(isReachedAt([gateway(addresses)], host, port)).toBe(expected)
})
