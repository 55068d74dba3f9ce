import { describe, expect, test } from 'vitest'
import { annotationOf, formOf } from '@/components/compare/settings-form'
import { annotationManifest, specManifest } from '@/components/review/annotation-manifest'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'

function routeOf(): HTTPRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'a', namespace: 'b', uid: 'u', resourceVersion: '1', generation: 1 },
    spec: { rules: [{ name: 'other' }] },
  }
}

describe('a manifest for review', () => {
  test('of annotations holds nothing else that others own', () => {
    const { manifest, base } = annotationManifest(routeOf(), { a: '1' })
    expect(manifest).toBe(
      'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: a\n  namespace: b\n  annotations:\n    a: "1"\n',
    )
    expect(base).toEqual({ uid: 'u', resourceVersion: '1', manifest: toEditableYaml(routeOf()) })
  })

  test('of rules holds the rules', () => {
    const { manifest } = specManifest(routeOf(), [{ name: 'one' }], { a: null })
    expect(manifest).toContain('spec:\n  rules:\n  - name: one\n')
  })
})

describe('the settings form', () => {
  test('keeps settings it does not show, and writes no defaults', () => {
    const settings = { percent: 5, level: 0.01, listKeys: { '$.a': 'id' }, maxErrorRate: 0.02 }
    const answer = annotationOf(formOf(settings), settings)
    expect(JSON.parse(answer.text)).toEqual(settings)
  })

  test('says what is wrong', () => {
    const answer = annotationOf({ ...formOf({ percent: 5 }), percent: '' }, { percent: 5 })
    expect(answer).toMatchObject({ ok: false })
  })
})
