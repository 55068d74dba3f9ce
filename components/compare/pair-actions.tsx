'use client'

import { FileCode, Send } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { useReadOnlyReason } from '@/components/data/access'
import { useStartTraffic } from '@/components/data/mutations'
import { useTrafficRun } from '@/components/data/queries'
import { useLiveList } from '@/components/data/use-live'
import { ConfirmSend } from '@/components/request/confirm-send'
import { Button, buttonClass } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Notice } from '@/components/ui/notice'
import type { CapturedExchange } from '@/lib/comparison/exchange'
import { type ReplayableRequest, toCurl, toReplayable } from '@/lib/comparison/to-curl'
import { page } from '@/lib/dashboard-api/paths'
import type { TrafficRequest } from '@/lib/dashboard-api/traffic'
import { gatewayOrigin } from '@/lib/gateway-api/curl-command'
import type { HTTPRoute } from '@/lib/gateway-api/types'

/** Copy as curl, where the Gateway's address is known or not. */
export function CopyAsCurl({
  exchange,
  origin,
}: {
  exchange: CapturedExchange
  origin?: string | undefined
}) {
  const text = toCurl(exchange, origin ?? 'http://$GATEWAY_HOST')
  return <CopyButton text={text} what="curl command" label="Copy as curl" />
}

/** Address in the editor of the filter that made the copy. */
export function filterLink(namespace: string, name: string, rule: number, filter: number): string {
  const field = encodeURIComponent(`spec.rules[${rule}].filters[${filter}]`)
  return `${page.route(namespace, name)}?field=${field}`
}

function useGateway(route: HTTPRoute) {
  const { objects: gateways } = useLiveList('gateways')
  const parent = route.spec.parentRefs?.[0]
  const namespace = parent?.namespace ?? route.metadata.namespace ?? ''
  const gateway = gateways.find(
    ({ metadata }) => metadata.name === parent?.name && metadata.namespace === namespace,
  )
  return {
    gateway,
    listener: parent?.sectionName,
    origin: gateway === undefined ? undefined : gatewayOrigin(gateway),
  }
}

function ReplayResult({ id }: { id: string }) {
  const { data: run } = useTrafficRun(id)
  if (run === undefined || run.state === 'running') {
    return <Notice tone="info">Sending…</Notice>
  }
  const codes = Object.keys(run.totalsByCode).join(', ')
  const errors = Object.keys(run.errors).join(', ')
  return (
    <Notice tone={run.answered > 0 ? 'ok' : 'warn'}>
      {run.answered > 0
        ? `Answered with status ${codes}. If the request is sampled, its pair appears in the list in a moment.`
        : `Not answered: ${run.message === '' ? errors : run.message}`}
    </Notice>
  )
}

function replayOf(
  request: ReplayableRequest,
  gateway: string,
  listener: string | undefined,
): TrafficRequest {
  return {
    gateway,
    ...(listener === undefined ? {} : { listener }),
    method: request.method,
    host: request.host,
    path: request.path,
    headers: request.headers.map(([name, value]) => ({ name, value })),
    body: request.body,
    ratePerSecond: 1,
    durationSeconds: 1,
  }
}

/** What can be done with a pair of a live route. */
export function PairActions({ exchange, route }: { exchange: CapturedExchange; route: HTTPRoute }) {
  const { gateway, listener, origin } = useGateway(route)
  const start = useStartTraffic()
  const readOnly = useReadOnlyReason()
  const [isAsking, setIsAsking] = useState(false)
  const request = toReplayable(exchange)
  const { namespace = '', name } = route.metadata
  const isBodyLost = request.missing.some(
    (part) => part.endsWith('body') && !part.startsWith('parts'),
  )
  const send = () => {
    setIsAsking(false)
    if (gateway === undefined) return
    const { metadata } = gateway
    start.mutate(replayOf(request, `${metadata.namespace}/${metadata.name}`, listener))
  }
  return (
    <>
      <CopyAsCurl exchange={exchange} origin={origin} />
      <Button
        size="sm"
        icon={<Send size={13} aria-hidden />}
        disabledReason={
          readOnly !== undefined
            ? readOnly
            : isBodyLost
              ? `It can't be sent again: ${request.missing.join(', ')} was not stored`
              : origin === undefined
                ? 'The Gateway has no address yet'
                : undefined
        }
        onClick={() => (request.isSafe ? send() : setIsAsking(true))}
      >
        Replay
      </Button>
      <Link
        href={filterLink(namespace, name, exchange.rule, Math.max(exchange.filterIndex, 0))}
        className={buttonClass({ size: 'sm' })}
      >
        <FileCode size={13} aria-hidden />
        Mirror filter in YAML
      </Link>
      {request.missing.length === 0 ? null : (
        <p className="basis-full text-2xs text-muted">
          Redacted, so the curl command and a replay leave it out: {request.missing.join(', ')}.
        </p>
      )}
      {start.error === null ? null : <Notice tone="bad">{start.error.message}</Notice>}
      {start.data === undefined ? null : <ReplayResult id={start.data.id} />}
      {isAsking ? (
        <ConfirmSend
          title={`Send this ${request.method} again?`}
          action="Send once"
          onClose={() => setIsAsking(false)}
          onSend={send}
        >
          {request.method} may change data: it goes through the Gateway to the primary and, where
          the route mirrors it, to the mirror as well, so its effect happens a second time on both.
        </ConfirmSend>
      ) : null}
    </>
  )
}
