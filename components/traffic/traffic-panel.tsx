'use client'

import { Play, Square } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useReadOnlyReason } from '@/components/data/access'
import { useStartTraffic, useStopTraffic } from '@/components/data/mutations'
import { useTrafficRun } from '@/components/data/queries'
import { useLiveList } from '@/components/data/use-live'
import { plural } from '@/components/format/numbers'
import { ConfirmSend } from '@/components/request/confirm-send'
import { HeadersField } from '@/components/request/headers-field'
import { HostField, MethodField, PathField } from '@/components/request/request-fields'
import {
  parseTrafficForm,
  type TrafficForm,
  type TrafficFormErrors,
} from '@/components/request/traffic-form'
import { Button } from '@/components/ui/button'
import { SelectField, TextField } from '@/components/ui/field'
import { Notice } from '@/components/ui/notice'
import { keyOf } from '@/lib/gateway-api/references'
import { isSafeMethod } from '@/lib/shared/safe-methods'
import { TrafficRunView } from './traffic-run-view'

interface FieldsProps {
  form: TrafficForm
  errors: TrafficFormErrors
  onChange: (change: Partial<TrafficForm>) => void
}

function AddressFields({ form, errors, onChange }: FieldsProps) {
  const { objects: gateways } = useLiveList('gateways')
  const names = [...new Set([...gateways.map(keyOf), form.gateway])].filter(Boolean)
  return (
    <>
      <SelectField
        label="Gateway"
        value={form.gateway}
        error={errors.gateway}
        options={[
          { value: '', label: 'Choose a Gateway' },
          ...names.map((name) => ({ value: name, label: name })),
        ]}
        onChange={(gateway) => onChange({ gateway, listener: '' })}
      />
      <HostField value={form.host} error={errors.host} onChange={(host) => onChange({ host })} />
      <MethodField
        value={form.method}
        error={errors.method}
        onChange={(method) => onChange({ method })}
      />
      <PathField
        label="Path"
        value={form.path}
        error={errors.path}
        onChange={(path) => onChange({ path })}
      />
    </>
  )
}

function VolumeFields({ form, errors, onChange }: FieldsProps) {
  return (
    <>
      <TextField
        label="Requests per second"
        inputMode="numeric"
        value={form.rate}
        error={errors.rate}
        onChange={(rate) => onChange({ rate })}
      />
      <TextField
        label="Seconds"
        inputMode="numeric"
        value={form.duration}
        error={errors.duration}
        onChange={(duration) => onChange({ duration })}
      />
      <HeadersField
        value={form.headers}
        error={errors.headers}
        onChange={(headers) => onChange({ headers })}
      />
    </>
  )
}

/** Sends requests through a Gateway, so that there is something to see. */
export function TrafficPanel({ initial }: { initial: TrafficForm }) {
  const [form, setForm] = useState(initial)
  const [showErrors, setShowErrors] = useState(false)
  const [isAsking, setIsAsking] = useState(false)
  const [runId, setRunId] = useState<string | null>(null)
  const start = useStartTraffic()
  const stop = useStopTraffic()
  const { data: run } = useTrafficRun(runId)
  const parsed = parseTrafficForm(form)
  const readOnly = useReadOnlyReason()
  const isRunning = run?.state === 'running'
  const onChange = (change: Partial<TrafficForm>) => setForm({ ...form, ...change })
  const errors = !parsed.ok && showErrors ? parsed.errors : {}

  const send = () => {
    setIsAsking(false)
    if (parsed.ok) start.mutate(parsed.request, { onSuccess: ({ id }) => setRunId(id) })
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    setShowErrors(true)
    if (readOnly !== undefined || !parsed.ok) return
    if (isSafeMethod(form.method)) send()
    else setIsAsking(true)
  }

  return (
    <form onSubmit={onSubmit} aria-label="Send traffic" noValidate className="flex flex-col gap-3">
      <div className="grid grid-cols-2 gap-x-3 gap-y-2">
        <AddressFields form={form} errors={errors} onChange={onChange} />
        <VolumeFields form={form} errors={errors} onChange={onChange} />
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Button
          type="submit"
          variant="primary"
          icon={<Play size={14} aria-hidden />}
          disabledReason={
            readOnly ?? (isRunning || start.isPending ? 'Requests are being sent' : undefined)
          }
        >
          Start
        </Button>
        <Button
          icon={<Square size={13} aria-hidden />}
          disabledReason={isRunning ? undefined : 'Nothing is being sent'}
          onClick={() => {
            if (run) stop.mutate(run.id)
          }}
        >
          Stop
        </Button>
        <p className="text-xs text-muted">
          {parsed.ok ? plural(parsed.count, 'request') : 'Check the fields'}
        </p>
      </div>
      {start.error ? (
        <Notice tone="bad" title="No request was sent">
          {start.error.message}
        </Notice>
      ) : null}
      {run === undefined ? null : <TrafficRunView run={run} />}
      {isAsking && parsed.ok ? (
        <ConfirmSend
          title={`Send ${plural(parsed.count, `${form.method} request`)}?`}
          action="Send them"
          onClose={() => setIsAsking(false)}
          onSend={send}
        >
          {form.method} may change data: each request takes effect at the backend, and again at each
          mirror that gets it.
        </ConfirmSend>
      ) : null}
    </form>
  )
}
