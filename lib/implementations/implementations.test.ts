import { describe, expect, test } from 'vitest'
import type { Deployment, Gateway, GatewayClass, HTTPRoute } from '@/lib/gateway-api/types'
import { CONTROLLER_NAME, ENVOY_CONTROLLER_NAME } from '@/lib/routing/supported-features'
import { type Capability, capabilitiesOf } from './capabilities'
import { envoyGatewayVersion, isAtLeast, parseVersion } from './envoy-gateway-version'
import { abilityOf, canText, type KnownGateways, lackText, serversOf } from './route-capabilities'

const V1_8 = { major: 1, minor: 8, patch: 0 }
const OURS: Capability[] = ['capture', 'calibration', 'budget', 'verdict']

test.each([
  [CONTROLLER_NAME, false, null, "Mirrorboard's gateway", true],
  [CONTROLLER_NAME, true, null, "Mirrorboard's gateway", true],
  [ENVOY_CONTROLLER_NAME, true, null, "Mirrorboard's gateway", true],
  [ENVOY_CONTROLLER_NAME, false, null, 'Envoy Gateway', false],
  [ENVOY_CONTROLLER_NAME, false, V1_8, 'Envoy Gateway 1.8', false],
  ['example.com/other', true, V1_8, 'the gateway of example.com/other', false],
])(
  '%s, in the sandbox: %s, version %j, is %s',
  (controllerName, isSandbox, version, name, isOurs) => {
    const found = capabilitiesOf({ controllerName, isSandbox, version })
    expect(found.name).toBe(name)
    expect(found.can.has('weights')).toBe(true)
    for (const capability of OURS) expect(found.can.has(capability)).toBe(isOurs)
  },
)

describe('a route', () => {
  const META = { apiVersion: 'gateway.networking.k8s.io/v1' }
  const gatewayOf = (name: string): Gateway => ({
    ...META,
    kind: 'Gateway',
    metadata: { name, namespace: 'infra' },
    spec: { gatewayClassName: name, listeners: [] },
  })
  const classOf = (name: string, controllerName: string): GatewayClass => ({
    ...META,
    kind: 'GatewayClass',
    metadata: { name },
    spec: { controllerName },
  })
  const KNOWN: KnownGateways = {
    gateways: ['ours', 'envoy', 'other', 'classless'].map(gatewayOf),
    gatewayClasses: [
      classOf('ours', CONTROLLER_NAME),
      classOf('envoy', ENVOY_CONTROLLER_NAME),
      classOf('other', 'example.com/other'),
    ],
    isSandbox: false,
    envoyGatewayVersion: V1_8,
  }
  const routeTo = (...names: string[]): HTTPRoute => ({
    ...META,
    kind: 'HTTPRoute',
    metadata: { name: 'r', namespace: 'apps' },
    spec: { parentRefs: names.map((name) => ({ name, namespace: 'infra' })) },
  })

  test.each<[to: string[], of: string]>([
    [['ours'], 'all'],
    [['envoy'], 'none'],
    [['other', 'envoy'], 'none'],
    [['ours', 'envoy'], 'some'],
    [['ours', 'missing'], 'all'],
    [['envoy', 'missing'], 'none'],
    [['missing'], 'unknown'],
    [['classless'], 'unknown'],
    [[], 'unknown'],
  ])('to %j can be compared by %s', (to, of) => {
    expect(abilityOf(serversOf(routeTo(...to), KNOWN), 'capture').of).toBe(of)
  })

  test('is not judged before its Gateways are known', () => {
    const unknown = { ...KNOWN, gatewayClasses: null }
    expect(abilityOf(serversOf(routeTo('envoy'), unknown), 'budget').of).toBe('unknown')
  })

  test('to a Service is no route to a Gateway', () => {
    const route = routeTo()
    route.spec.parentRefs = [{ group: '', kind: 'Service', name: 'ours', namespace: 'infra' }]
    expect(serversOf(route, KNOWN)).toEqual([])
  })

  test('says what its gateways can and can not', () => {
    const servers = serversOf(routeTo('envoy', 'other', 'ours'), KNOWN)
    expect(lackText(abilityOf(servers, 'budget'), 'budget')).toBe(
      "Envoy Gateway 1.8 and the gateway of example.com/other can't enforce a mirror budget.",
    )
    expect(lackText(abilityOf(servers, 'weights'), 'weights')).toBe('')
    expect(servers.map(canText)[1]).toBe(
      'The gateway of example.com/other can send a share of the requests to the new version, by weights.',
    )
  })
})

describe('the version of Envoy Gateway', () => {
  test.each([
    ['docker.io/envoyproxy/gateway:v1.7.2', {}, '1.7.2'],
    ['registry.corp:5000/mirror/gateway:v1.8.0-rc.1', {}, '1.8.0'],
    ['envoyproxy/gateway:v1.9.0@sha256:abc', {}, '1.9.0'],
    ['envoyproxy/gateway@sha256:abc', { 'app.kubernetes.io/version': 'v1.6.1' }, '1.6.1'],
    ['envoyproxy/gateway@sha256:abc', {}, null],
    ['envoyproxy/gateway:latest', {}, null],
    ['docker.io/envoyproxy/gateway-dev:latest', { 'app.kubernetes.io/version': 'latest' }, null],
    ['envoyproxy/gateway:v0.0.0-latest', {}, null],
  ])('of image %s and labels %j is %s', (image, labels, expected) => {
    const containers = [
      { name: 'proxy', image: 'sidecar:v9.9.9' },
      { name: 'eg', image },
    ]
    const deployment = {
      metadata: { name: 'envoy-gateway', labels },
      spec: { template: { spec: { containers } } },
    } as unknown as Deployment
    expect(envoyGatewayVersion(deployment)).toEqual(
      expected === null ? null : parseVersion(expected),
    )
  })

  test.each([
    ['1.7.2', '1.7.2', true],
    ['1.7.1', '1.7.2', false],
    ['1.10.0', '1.9.3', true],
    ['2.0.0', '1.9.3', true],
    ['1.9.3', '2.0.0', false],
  ])('%s is at least %s: %s', (left, right, expected) => {
    const [version, other] = [parseVersion(left), parseVersion(right)]
    expect(version !== null && other !== null && isAtLeast(version, other)).toBe(expected)
  })
})
