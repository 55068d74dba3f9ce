'use client'

import { type FormEvent, useState } from 'react'
import { readDraft } from '@/components/data/draft-storage'
import { useImplementationFacts } from '@/components/data/implementations'
import { useLiveList } from '@/components/data/use-live'
import { plural } from '@/components/format/numbers'
import { LiveLoading } from '@/components/layout/live-loading'
import { HeadersField } from '@/components/request/headers-field'
import { HostField, MethodField, PathField } from '@/components/request/request-fields'
import type { TrafficForm } from '@/components/request/traffic-form'
import { Button } from '@/components/ui/button'
import { SelectField } from '@/components/ui/field'
import { Notice } from '@/components/ui/notice'
import { keyOf } from '@/lib/gateway-api/references'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { serverOf } from '@/lib/implementations/route-capabilities'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import type { ClusterState } from '@/lib/routing/cluster-state'
import { type SimulatedRequest, simulateMatch } from '@/lib/simulation/match-simulation'
import { readRoute } from '@/lib/validation/lints/read-route'
import { type Simulated, SimulationResult } from './simulation-result'
import {
  initialForm,
  parseSimulatorForm,
  portsOf,
  SCHEMES,
  type SimulatorForm,
  type SimulatorFormErrors,
} from './simulator-form'

/** The draft of a route in this tab; null when there is none that can be read as a route. */
function draftOf(key: string, namespace: string): HTTPRoute | null {
  const text = readDraft(key)?.text
  if (text === undefined) return null
  for (const { object } of parseManifest(text).documents) {
    const route = readRoute(object, namespace)
    if (route !== null) return route
  }
  return null
}

const NEEDED = [
  'gatewayclasses',
  'gateways',
  'httproutes',
  'referencegrants',
  'namespaces',
  'services',
  'endpointslices',
] as const

/** What the simulation is made of; null until all of it is known, since a missing list would look like an empty one. */
function useClusterState(): ClusterState | null {
  const lists = {
    gatewayClasses: useLiveList('gatewayclasses'),
    gateways: useLiveList('gateways'),
    httpRoutes: useLiveList('httproutes'),
    referenceGrants: useLiveList('referencegrants'),
    namespaces: useLiveList('namespaces'),
    services: useLiveList('services'),
    endpointSlices: useLiveList('endpointslices'),
  }
  if (Object.values(lists).some(({ isSynced }) => !isSynced)) return null
  return {
    gatewayClasses: lists.gatewayClasses.objects,
    gateways: lists.gateways.objects,
    httpRoutes: lists.httpRoutes.objects,
    referenceGrants: lists.referenceGrants.objects,
    namespaces: lists.namespaces.objects,
    services: lists.services.objects,
    endpointSlices: lists.endpointSlices.objects,
    secrets: [],
  }
}

interface FieldsProps {
  form: SimulatorForm
  errors: SimulatorFormErrors
  onChange: (change: Partial<SimulatorForm>) => void
}

/** Gateway, scheme, and the port where several fit. */
function AddressFields({ form, errors, onChange }: FieldsProps) {
  const { objects: gateways } = useLiveList('gateways')
  const names = [...new Set([...gateways.map(keyOf), form.gateway])].filter(Boolean).sort()
  const gateway = gateways.find((candidate) => keyOf(candidate) === form.gateway)
  const ports = portsOf(gateway, form.scheme)
  return (
    <>
      <SelectField
        label="Gateway"
        value={form.gateway}
        error={errors.gateway}
        options={names.map((name) => ({ value: name, label: name }))}
        onChange={(name) => onChange({ gateway: name, port: '' })}
      />
      <SelectField
        label="Scheme"
        value={form.scheme}
        options={SCHEMES.map((scheme) => ({ value: scheme, label: scheme }))}
        onChange={(scheme) => onChange({ scheme: scheme === 'https' ? 'https' : 'http', port: '' })}
        error={errors.scheme}
      />
      {ports.length < 2 ? null : (
        <SelectField
          label="Listener"
          value={form.port}
          options={ports.map(({ port, listeners }) => ({
            value: String(port),
            label: `Port ${port} (${listeners.join(', ')})`,
          }))}
          onChange={(port) => onChange({ port })}
          className="col-span-full"
        />
      )}
    </>
  )
}

function RequestFields({ form, errors, onChange }: FieldsProps) {
  return (
    <>
      <MethodField
        value={form.method}
        error={errors.method}
        onChange={(method) => onChange({ method })}
      />
      <HostField value={form.host} error={errors.host} onChange={(host) => onChange({ host })} />
      <PathField
        label="Path and query"
        value={form.path}
        error={errors.path}
        onChange={(path) => onChange({ path })}
        fieldClassName="col-span-full"
      />
      <HeadersField
        value={form.headers}
        error={errors.headers}
        onChange={(headers) => onChange({ headers })}
      />
    </>
  )
}

interface MatchSimulatorProps {
  namespace: string
  name: string
  initial: TrafficForm
}

/** "Which rule takes this request?": over the draft of a route and all routes there are, and what becomes of it then. */
export function MatchSimulator(props: MatchSimulatorProps) {
  const state = useClusterState()
  if (state === null) return <LiveLoading kinds={NEEDED} label="Loading routes and backends" />
  return <Simulator {...props} state={state} />
}

function Simulator({
  namespace,
  name,
  initial,
  state,
}: MatchSimulatorProps & { state: ClusterState }) {
  const facts = useImplementationFacts()
  const [changes, setChanges] = useState<Partial<SimulatorForm>>({})
  const [showErrors, setShowErrors] = useState(false)
  const [simulated, setSimulated] = useState<Simulated | null>(null)
  const form = { ...initialForm(initial, state.gateways), ...changes }
  const parsed = parseSimulatorForm(form, state.gateways)
  const onChange = (change: Partial<SimulatorForm>) => setChanges({ ...changes, ...change })
  const errors = !parsed.ok && showErrors ? parsed.errors : {}
  const simulate = (described: SimulatedRequest): Simulated => {
    const draft = draftOf(`${namespace}/${name}`, namespace)
    const live = simulateMatch(state, null, described)
    const gateway = state.gateways.find((candidate) => keyOf(candidate) === described.gateway)
    return {
      described,
      live,
      draft: draft === null ? null : simulateMatch(state, draft, described),
      gateway,
      isOwn: serverOf(gateway, { ...state, ...facts })?.implementation === 'mirrorboard',
      at: Date.now(),
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setShowErrors(true)
    setSimulated(parsed.ok ? simulate(parsed.request) : null)
  }
  const isStale =
    simulated !== null &&
    !(parsed.ok && JSON.stringify(parsed.request) === JSON.stringify(simulated.described))
  return (
    <div className="flex flex-col gap-3">
      <form
        onSubmit={submit}
        aria-label="Request to look at"
        className="flex flex-col gap-3"
        noValidate
      >
        <div className="grid grid-cols-2 gap-x-3 gap-y-2">
          <AddressFields form={form} errors={errors} onChange={onChange} />
          <RequestFields form={form} errors={errors} onChange={onChange} />
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <Button type="submit" variant="primary">
            Find the rule
          </Button>
          <p className="text-xs text-muted">
            among {plural(state.httpRoutes.length, 'route')}; nothing is sent
          </p>
        </div>
      </form>
      {isStale ? (
        <Notice tone="info">The request has changed: find its rule again.</Notice>
      ) : simulated === null ? null : (
        <SimulationResult
          simulated={simulated}
          simulateLive={() => simulateMatch(state, null, simulated.described)}
        />
      )}
    </div>
  )
}
