'use client'

import { Send } from 'lucide-react'
import { useState } from 'react'
import { useReadOnlyReason } from '@/components/data/access'
import { useSendProbe } from '@/components/data/mutations'
import { useLiveList } from '@/components/data/use-live'
import { formatLatency, formatSize } from '@/components/format/numbers'
import { ConfirmSend } from '@/components/request/confirm-send'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { isSafeMethod } from '@/lib/shared/safe-methods'
import type { SimulatedRequest, Simulation } from '@/lib/simulation/match-simulation'
import { type Answered, type ProbeVerdict, probeVerdict } from '@/lib/simulation/probe-verdict'
import { draftDifference, sideEffects } from './simulation-text'

const VERDICTS: Readonly<
  Record<ProbeVerdict['state'], { readonly tone: 'ok' | 'warn' | 'info'; readonly title: string }>
> = {
  agrees: { tone: 'ok', title: 'As predicted' },
  differs: { tone: 'warn', title: 'Not as predicted' },
  untold: { tone: 'info', title: 'Answered' },
}

function AnswerView({ answer }: { answer: Answered }) {
  const { status, reason, headers, body } = answer
  return (
    <ScrollRegion
      label="The answer"
      className="max-h-80 overflow-auto rounded-md bg-sunken px-2 py-1.5 font-mono text-2xs"
    >
      <pre className="break-all whitespace-pre-wrap">
        {`HTTP/1.1 ${status} ${reason}\n`}
        {headers.map(([name, value]) => `${name}: ${value}\n`).join('')}
        {`\n${body.text ?? ''}`}
      </pre>
      {body.text === null ? <p>{formatSize(body.bytes)} of binary data.</p> : null}
      {body.isCut ? <p>Cut off after {formatSize(body.bytes)}.</p> : null}
    </ScrollRegion>
  )
}

interface SendForRealProps {
  described: SimulatedRequest
  /** By the routes that are live when it is called, which is what the gateway serves. */
  simulateLive: () => Simulation
  /** Null without a draft. */
  draft: Simulation | null
  /** Whether Mirrorboard's own gateway serves it. */
  isOwn: boolean
}

/** Sends the simulated request through the Gateway and says whether what happened is what was foretold. */
export function SendForReal({ described, simulateLive, draft, isOwn }: SendForRealProps) {
  const { method, gateway } = described
  const { objects: endpointSlices } = useLiveList('endpointslices')
  const probe = useSendProbe()
  const readOnly = useReadOnlyReason()
  const [isAsking, setIsAsking] = useState(false)
  const [live, setLive] = useState(simulateLive)
  const send = () => {
    setIsAsking(false)
    setLive(simulateLive())
    const { headers } = described
    probe.mutate({ ...described, headers: [...headers], isConfirmed: true })
  }
  const answer = probe.data
  const verdict =
    answer?.outcome === 'answered' ? probeVerdict(live, answer, endpointSlices, isOwn) : undefined
  const difference = draft === null ? '' : draftDifference(live, draft, described)
  return (
    <section aria-label="Send it for real" className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <Button
          icon={<Send size={14} aria-hidden />}
          disabledReason={readOnly ?? (probe.isPending ? 'The request is under way' : undefined)}
          onClick={() => (isSafeMethod(method) ? send() : setIsAsking(true))}
        >
          {probe.isPending ? 'Sending…' : 'Send it for real'}
        </Button>
        <p className="text-2xs text-muted">once, through {gateway}</p>
      </div>
      {difference === '' ? null : <p className="text-xs text-pretty">{difference}</p>}
      {probe.error === null ? null : (
        <Notice tone="bad" title="Nothing was sent">
          {probe.error.message}
        </Notice>
      )}
      {answer?.outcome === 'failed' ? (
        <Notice tone="bad" title="No answer">
          {answer.message}
        </Notice>
      ) : null}
      {answer?.outcome !== 'answered' || verdict === undefined ? null : (
        <>
          <Notice
            tone={VERDICTS[verdict.state].tone}
            title={`${VERDICTS[verdict.state].title}: ${answer.status} ${answer.reason} after ${formatLatency(answer.latencyMs)}`}
          >
            {verdict.sentences.map((sentence) => (
              <p key={sentence} className="text-xs break-words">
                {sentence}
              </p>
            ))}
          </Notice>
          <AnswerView answer={answer} />
        </>
      )}
      {isAsking ? (
        <ConfirmSend
          title={`Send this ${method} for real?`}
          action="Send once"
          onClose={() => setIsAsking(false)}
          onSend={send}
        >
          {method} may change data. It is sent once, without a body, through {gateway}.{' '}
          {sideEffects(live)}
        </ConfirmSend>
      ) : null}
    </section>
  )
}
