import { describe, expect, test } from 'vitest'
import { backendKey, backendName, clusterName, parentKey } from './references'

describe('references to backends', () => {
  const plain = { name: 'p2', port: 80 }
  test.each([
    [{ name: 'p2', namespace: 'default', port: 80 }, true],
    [{ group: '', kind: 'Service', name: 'p2', port: 80 }, true],
    [{ name: 'p2', port: 81 }, false],
    [{ name: 'p2' }, false],
    [{ name: 'p2', namespace: 'else', port: 80 }, false],
    [{ group: 'g', kind: 'Service', name: 'p2', port: 80 }, false],
    [{ kind: 'ServiceImport', name: 'p2', port: 80 }, false],
  ])('%j is p2:80 of namespace default: %s', (reference, isSame) => {
    expect(backendKey(reference, 'default') === backendKey(plain, 'default')).toBe(isSame)
  })

  test.each([
    [{ name: 'p2', namespace: 'default', port: 80 }, 'p2:80', 'default/p2:80'],
    [{ name: 'p2', namespace: 'else', port: 80 }, 'else/p2:80', 'else/p2:80'],
    [{ name: 'p2' }, 'p2', 'default/p2:'],
    [{ group: 'g', kind: 'Backend', name: 'p2' }, 'Backend p2', 'default/p2:'],
  ])('%j is called %s, and %s in metrics', (reference, name, cluster) => {
    expect(backendName(reference, 'default')).toBe(name)
    expect(clusterName(reference, 'default')).toBe(cluster)
  })
})

test.each([
  [{ name: 'eg', namespace: 'default' }, true],
  [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'eg' }, true],
  [{ name: 'eg', sectionName: 'http' }, false],
  [{ name: 'eg', port: 80 }, false],
  [{ group: '', kind: 'Service', name: 'eg' }, false],
])('the parent %j is Gateway eg of namespace default: %s', (reference, isSame) => {
  expect(parentKey(reference, 'default') === parentKey({ name: 'eg' }, 'default')).toBe(isSame)
})
