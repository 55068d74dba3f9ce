import { describe, expect, test } from 'vitest'
import type { Pod, Service } from '@/lib/gateway-api/types'
import { wantedSlices } from './endpoint-slices'
import { SLICE_ENDPOINTS_MAX } from './limits'

const SERVICE: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'a', name: 's' },
  spec: { selector: { app: 's' }, ports: [{ name: 'http', port: 80, targetPort: 3000 }] },
}

type Phase = NonNullable<Pod['status']>['phase']

function pod(name: string, phase: Phase = 'Running', fields: Partial<Pod['status']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'a', name, uid: `uid-${name}` },
    spec: { containers: [{ name: 'c', ports: [{ name: 'web', containerPort: 3001 }] }] },
    status: {
      ...(phase === undefined ? {} : { phase }),
      podIP: `ip-${name}`,
      conditions: [{ type: 'Ready', status: 'True' }],
      ...fields,
    },
  }
}

const started = () => ({ 3000: 43_000 })
const notStarted = () => undefined

function addresses(pods: readonly Pod[]): string[] {
  return wantedSlices(SERVICE, pods, started).flatMap(({ endpoints }) =>
    endpoints.flatMap(({ addresses: [address = ''] }) => address),
  )
}

describe('endpoints of a Service', () => {
  test('are its Pods that have not ended, in order of their names', () => {
    const pods = [pod('d'), pod('c', 'Failed'), pod('b', 'Succeeded'), pod('a', 'Pending')]
    expect(addresses(pods)).toEqual(['ip-a', 'ip-d'])
    expect(addresses([pod('e', 'Unknown'), pod('f', undefined)])).toEqual(['ip-e', 'ip-f'])
  })

  test('are none without an address; then there is one slice without endpoints', () => {
    const { podIP: _, ...status } = pod('a').status ?? {}
    const slices = wantedSlices(SERVICE, [{ ...pod('a'), status }], started)
    expect(slices).toEqual([{ ports: [], endpoints: [] }])
  })

  test('say whether they are ready, serving and terminating', () => {
    const going = pod('going')
    going.metadata.deletionTimestamp = '2026-01-01T00:00:00Z'
    const unready = pod('unready', 'Running', { conditions: [{ type: 'Ready', status: 'False' }] })
    const conditions = (service: Service, one: Pod, ports = started as () => object | undefined) =>
      wantedSlices(service, [one], ports as typeof started)[0]?.endpoints[0]?.conditions
    const is = (ready: boolean, serving: boolean, terminating: boolean) => ({
      ready,
      serving,
      terminating,
    })
    expect(conditions(SERVICE, pod('a'))).toEqual(is(true, true, false))
    expect(conditions(SERVICE, pod('a'), notStarted)).toEqual(is(false, false, false))
    expect(conditions(SERVICE, going)).toEqual(is(false, true, true))
    expect(conditions(SERVICE, unready)).toEqual(is(false, false, false))
    const spec = { ...SERVICE.spec, publishNotReadyAddresses: true }
    expect(conditions({ ...SERVICE, spec }, unready)).toEqual(is(true, false, false))
  })

  test('name the Pod they belong to', () => {
    const [slice] = wantedSlices(SERVICE, [pod('a')], started)
    const targetRef = { kind: 'Pod', namespace: 'a', name: 'a', uid: 'uid-a' }
    expect(slice?.endpoints).toMatchObject([{ addresses: ['ip-a'], targetRef }])
  })

  test('are spread over slices of a bounded size', () => {
    const pods = Array.from({ length: SLICE_ENDPOINTS_MAX + 1 }, (_, at) => pod(`p${1_000 + at}`))
    const sizes = wantedSlices(SERVICE, pods, started).map(({ endpoints }) => endpoints.length)
    expect(sizes).toEqual([SLICE_ENDPOINTS_MAX, 1])
  })
})

describe('ports of a slice', () => {
  const portsOf = (ports: Service['spec']['ports'], one = pod('a')) =>
    wantedSlices({ ...SERVICE, spec: { ports: ports ?? [] } }, [one], started)[0]?.ports

  test('are the real ones of a started Pod, by number or by name', () => {
    expect(portsOf([{ name: 'http', port: 80, targetPort: 3000 }])).toEqual([
      { name: 'http', port: 43_000, protocol: 'TCP' },
    ])
    expect(portsOf([{ port: 80, targetPort: 'web', appProtocol: 'kubernetes.io/h2c' }])).toEqual([
      { name: '', port: 3001, protocol: 'TCP', appProtocol: 'kubernetes.io/h2c' },
    ])
    expect(portsOf([{ port: 80 }])).toEqual([{ name: '', port: 80, protocol: 'TCP' }])
  })

  test('leave out a name that no container has for that protocol', () => {
    expect(portsOf([{ port: 80, targetPort: 'nobody' }])).toEqual([])
    expect(portsOf([{ port: 80, targetPort: 'web', protocol: 'UDP' }])).toEqual([])
  })

  test('that differ between Pods make slices of their own', () => {
    const other = pod('b')
    other.spec.containers = [{ name: 'c', ports: [{ name: 'web', containerPort: 9 }] }]
    const service = { ...SERVICE, spec: { ports: [{ port: 80, targetPort: 'web' }] } }
    const slices = wantedSlices(service, [pod('a'), other, pod('c')], started)
    expect(slices.map(({ ports, endpoints }) => [ports[0]?.port, endpoints.length])).toEqual([
      [3001, 2],
      [9, 1],
    ])
  })
})
