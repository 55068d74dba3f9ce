'use client'

import { applyQuestions, useDenial } from '@/components/data/access'
import { Notice } from '@/components/ui/notice'
import { apiVersionOf, KINDS } from '@/lib/gateway-api/kinds'

interface AccessNoticeProps {
  namespace: string
  /** Empty for a route that is to be created. */
  name: string
}

/** Says before the first key is pressed that a route can't be applied from here, and why. */
export function AccessNotice({ namespace, name }: AccessNoticeProps) {
  const { kind } = KINDS.httproutes
  const route = { apiVersion: apiVersionOf(KINDS.httproutes), kind, namespace, name }
  const denial = useDenial(applyQuestions(route, name === ''))
  if (denial === undefined) return null
  return (
    <Notice tone="info" className="rounded-none">
      {denial} A review still shows what a change would do.
    </Notice>
  )
}
