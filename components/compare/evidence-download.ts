'use client'

import { useState } from 'react'
import { fetchPairs } from '@/components/data/comparison'
import { redactManifest } from '@/lib/comparison/redaction/redact-manifest'
import { settingsOr } from '@/lib/comparison/route-settings'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'
import { EVIDENCE_FORMAT, type Evidence } from '@/lib/dashboard-api/evidence'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import { ladderOfComparison } from '@/lib/promotion/comparison-of-step'
import { promotionsOf } from '@/lib/promotion/ladder'
import { rulesAt } from '@/lib/promotion/rules-at'

async function collect(route: HTTPRoute, snapshot: ComparisonSnapshot): Promise<Evidence> {
  const ladder = ladderOfComparison(route, promotionsOf(route).ladders, snapshot)
  const rules = ladder === null ? (route.spec.rules ?? []) : rulesAt(route, ladder, 'removed')
  const after = { ...route, spec: { ...route.spec, rules } }
  return {
    format: EVIDENCE_FORMAT,
    writtenAt: new Date().toISOString(),
    before: toEditableYaml(redactManifest(route)),
    after: toEditableYaml(redactManifest(after)),
    settings: settingsOr(route),
    snapshot,
    pairs: await fetchPairs(snapshot),
  }
}

function save(name: string, evidence: Evidence): void {
  const blob = new Blob([JSON.stringify(evidence, null, 1)], { type: 'application/json' })
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

/** Writes the evidence file of a comparison: pairs as the gateway redacted them, manifests without their secrets. */
export function useEvidenceDownload(route: HTTPRoute, snapshot: ComparisonSnapshot | undefined) {
  const [error, setError] = useState('')
  const start = () => {
    if (snapshot === undefined) return
    const { name, namespace } = route.metadata
    collect(route, snapshot).then(
      (evidence) => {
        setError('')
        save(`evidence-${namespace}-${name}-${snapshot.generation}.json`, evidence)
      },
      (reason: unknown) => setError(`The evidence could not be collected: ${String(reason)}`),
    )
  }
  return { start, error }
}
