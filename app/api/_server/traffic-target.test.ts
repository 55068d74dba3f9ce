import { expect, test } from 'vitest'
import { trafficRequest } from '@/lib/dashboard-api/traffic'
import type { Gateway } from '@/lib/gateway-api/types'
import { trafficTarget } from './traffic-target'

function gateway(addresses: { type?: string; value: string }[]): Gateway {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'eg', namespace: 'default' },
    spec: {
      gatewayClassName: 'eg',
      listeners: [
        { name: 'tls', port: 443, protocol: 'HTTPS' },
        { name: 'http', port: 80, protocol: 'HTTP' },
        { name: 'other', port: 8080, protocol: 'HTTP' },
      ],
    },
    status: { addresses },
  }
}

function ask(listener?: string) {
  return trafficRequest.parse({
    gateway: 'default/eg',
    host: 'backends.example',
    path: '/get',
    ratePerSecond: 1,
    durationSeconds: 1,
    ...(listener === undefined ? {} : { listener }),
  })
}

function listenerStatus(name: string, message: string) {
  const programmed = { type: 'Programmed', status: 'True' as const, reason: 'Programmed', message }
  return {
    name,
    supportedKinds: [],
    attachedRoutes: 1,
    conditions: [{ ...programmed, lastTransitionTime: '', observedGeneration: 1 }],
  }
}

const ADDRESS = [{ type: 'IPAddress', value: '127.1.2.3' }]

test.each([
  ['the first HTTP listener', ADDRESS, undefined, ['127.1.2.3', 80, 'http://127.1.2.3/get']],
  ['the named listener', ADDRESS, 'other', ['127.1.2.3', 8080, 'http://127.1.2.3:8080/get']],
  [
    'the port that was opened instead',
    [{ type: 'mirrorboard.dev/HostPort', value: '127.0.0.1:10080' }],
    undefined,
    ['127.0.0.1', 10_080, 'http://127.0.0.1:10080/get'],
  ],
  [
    'an IPv6 address',
    [{ type: 'IPAddress', value: '::1' }],
    undefined,
    ['::1', 80, 'http://[::1]/get'],
  ],
])('traffic goes to %s', (_, addresses, listener, [connectHost, connectPort, url]) => {
  expect(trafficTarget(gateway(addresses), ask(listener))).toEqual({
    connectHost,
    connectPort,
    url,
  })
})

test('a request goes to the listener of its scheme and port', () => {
  const wanted = { gateway: 'default/eg', path: '/get' }
  const at = gateway(ADDRESS)
  expect(trafficTarget(at, { ...wanted, scheme: 'https', port: 443 })).toEqual({
    connectHost: '127.1.2.3',
    connectPort: 443,
    url: 'https://127.1.2.3/get',
  })
  expect(trafficTarget(at, { ...wanted, scheme: 'http', port: 8080 })).toMatchObject({
    connectPort: 8080,
  })
  expect(trafficTarget(at, { ...wanted, scheme: 'http', port: 443 })).toBe(
    'Gateway default/eg has no HTTP listener on port 443.',
  )
})

test('a listener that had to move is reached where the Gateway’s status says', () => {
  const moved = gateway([{ type: 'mirrorboard.dev/HostPort', value: '127.0.0.1:10443' }])
  const listeners = [
    listenerStatus(
      'http',
      'Port 80 may not be opened here; the listener is at 127.0.0.1:10080 instead.',
    ),
    listenerStatus('other', 'Listening on port 8080.'),
  ]
  const at = { ...moved, status: { ...moved.status, listeners } }
  expect(trafficTarget(at, ask('http'))).toMatchObject({ connectPort: 10_080 })
  expect(trafficTarget(at, ask('other'))).toMatchObject({ connectPort: 8080 })
})

test('traffic that can go nowhere says why', () => {
  const named = gateway([{ type: 'Hostname', value: 'lb.example' }])
  expect(trafficTarget(named, ask())).toMatch(/has the host name lb.example .* from a terminal/)
  expect(trafficTarget(gateway([]), ask())).toMatch(/has no address yet/)
  expect(trafficTarget(gateway(ADDRESS), ask('tls'))).toMatch(/no HTTP listener named "tls"/)
})
