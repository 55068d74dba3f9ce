import { describe, expect, it } from 'vitest'
import { curlCommand } from './curl-command'
import type { Gateway, HTTPRoute } from './types'

function gateway(address: string | undefined, port = 80): Gateway {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { namespace: 'default', name: 'eg' },
    spec: { gatewayClassName: 'eg', listeners: [{ name: 'http', port, protocol: 'HTTP' }] },
    ...(address === undefined ? {} : { status: { addresses: [{ value: address }] } }),
  }
}

const route: HTTPRoute = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { namespace: 'shop', name: 'r' },
  spec: { parentRefs: [{ name: 'eg', namespace: 'default' }], hostnames: ['*.example.com'] },
}

describe('curl command', () => {
  it('carries the Host of an attached route, and a port only where one is needed', () => {
    expect(curlCommand(gateway('127.0.0.2'), [route])).toBe(
      'curl -v -H "Host: www.example.com" http://127.0.0.2/get',
    )
    expect(curlCommand(gateway('127.0.0.2', 8080), [])).toBe('curl -v http://127.0.0.2:8080/get')
    expect(curlCommand(gateway('127.0.0.2:8080', 80), [])).toBe('curl -v http://127.0.0.2:8080/get')
  })

  it('does not exist before the Gateway has an address', () => {
    expect(curlCommand(gateway(undefined), [route])).toBeUndefined()
  })
})
