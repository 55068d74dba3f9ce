import { describe, expect, it } from 'vitest'
import type { LiveChange } from '@/lib/dashboard-api/live'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { applyChanges, snapshotList } from './live-list'

function object(namespace: string, name: string, resourceVersion = '1'): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name, resourceVersion } }
}

function change(type: LiveChange['type'], changed: KubernetesObject): LiveChange {
  return { kind: 'services', type, object: changed }
}

const snapshot = (...items: KubernetesObject[]) => snapshotList({ apiVersion: 'v1', items })

const names = (list: { objects: readonly KubernetesObject[] }) =>
  list.objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)

describe('live list', () => {
  it('orders a snapshot by namespace, then name', () => {
    const list = snapshot(object('b', 'a'), object('a', 'z'), object('a', 'b'))
    expect(names(list)).toEqual(['a/b', 'a/z', 'b/a'])
  })

  it('adds, replaces and removes in the order of the events', () => {
    const before = snapshot(object('a', 'one'), object('a', 'two'))
    const after = applyChanges(before, [
      change('ADDED', object('a', 'three')),
      change('MODIFIED', object('a', 'one', '2')),
      change('DELETED', object('a', 'two')),
      change('MODIFIED', object('a', 'one', '3')),
    ])
    expect(names(after)).toEqual(['a/one', 'a/three'])
    expect(after.byKey.get('a/one')?.metadata.resourceVersion).toBe('3')
    expect(names(before)).toEqual(['a/one', 'a/two'])
  })

  it('keeps the order when only contents change', () => {
    const before = snapshot(object('a', 'one'), object('a', 'two'))
    const after = applyChanges(before, [change('MODIFIED', object('a', 'two', '9'))])
    expect(after.objects[0]).toBe(before.objects[0])
    expect(after.objects[1]?.metadata.resourceVersion).toBe('9')
  })

  it('stays the same list when nothing changed', () => {
    const list = snapshot(object('a', 'one'))
    expect(applyChanges(list, [])).toBe(list)
  })

  it('adds an object that is told as modified', () => {
    const after = applyChanges(snapshot(), [change('MODIFIED', object('a', 'new'))])
    expect(names(after)).toEqual(['a/new'])
  })
})
