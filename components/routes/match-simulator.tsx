'use client'

import { type FormEvent, useState } from 'react'
import { readDraft } from '@/components/data/draft-storage'
import { useLiveList } from '@/components/data/use-live'
import { METHODS } from '@/components/traffic/traffic-form'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Field, inputClass, SelectField, TextField } from '@/components/ui/field'
import { Notice } from '@/components/ui/notice'
import { keyOf } from '@/lib/gateway-api/references'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import { readRoute } from '@/lib/validation/lints/read-route'
import { type Simulation, simulateMatch } from './match-simulation'

interface SimulatorForm {
  readonly address: string
  readonly method: string
  readonly host: string
  readonly path: string
  readonly headers: string
}

interface Described extends Simulation {
  readonly isDraft: boolean
}

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

function useSimulation() {
  const state = {
    gatewayClasses: useLiveList('gatewayclasses').objects,
    gateways: useLiveList('gateways').objects,
    httpRoutes: useLiveList('httproutes').objects,
    referenceGrants: useLiveList('referencegrants').objects,
    namespaces: useLiveList('namespaces').objects,
    services: useLiveList('services').objects,
    endpointSlices: useLiveList('endpointslices').objects,
    secrets: [],
  }
  return (form: SimulatorForm, draft: HTTPRoute | null): Described => {
    const [gateway = '', port = ''] = form.address.split(' ')
    const request = { ...form, gateway, port: Number(port) }
    return { ...simulateMatch(state, draft, request), isDraft: draft !== null }
  }
}

/** Every port of every Gateway, as `namespace/name port`. */
function useAddresses(): readonly string[] {
  const { objects } = useLiveList('gateways')
  const addresses = objects.flatMap((gateway) =>
    gateway.spec.listeners.map(({ port }) => `${keyOf(gateway)} ${port}`),
  )
  return [...new Set(addresses)].sort()
}

function SimulationResult({ simulation }: { simulation: Described }) {
  const { isTaken, isDraft, result, consequences, lost, lostMore, curl } = simulation
  return (
    <div className="flex flex-col gap-2">
      <Notice tone={isTaken ? 'ok' : 'warn'} title={result}>
        {consequences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        <p className="text-2xs text-muted">
          {isDraft ? 'With your draft in force.' : 'With the routes as they are now.'}
        </p>
      </Notice>
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 truncate font-mono text-2xs" title={curl}>
          {curl}
        </code>
        <CopyButton text={curl} what="curl command" />
      </div>
      {lost.length === 0 ? null : (
        <details>
          <summary className="cursor-pointer text-xs text-muted">Why not the others</summary>
          <ul aria-label="Rules that don't take it" className="mt-1 flex flex-col gap-1 text-xs">
            {lost.map(({ candidate, why }) => (
              <li key={`${candidate} ${why}`}>
                <span className="break-words font-medium">{candidate}</span>
                <br />
                {why}
              </li>
            ))}
          </ul>
          {lostMore > 0 ? <p className="text-xs text-muted">And {lostMore} more.</p> : null}
        </details>
      )}
    </div>
  )
}

interface MatchSimulatorProps {
  namespace: string
  name: string
  initial: { gateway: string } & Omit<SimulatorForm, 'address'>
}

/** "Which rule takes this request?": over the draft of a route and all routes there are. */
export function MatchSimulator({ namespace, name, initial }: MatchSimulatorProps) {
  const addresses = useAddresses()
  const simulate = useSimulation()
  const [form, setForm] = useState<SimulatorForm>({
    address: '',
    method: initial.method,
    host: initial.host,
    path: initial.path,
    headers: initial.headers,
  })
  const [simulation, setSimulation] = useState<Described | null>(null)
  const own = addresses.find((address) => address.startsWith(`${initial.gateway} `))
  const address = form.address || own || addresses[0] || ''
  const change = (part: Partial<SimulatorForm>) => setForm({ ...form, ...part })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setSimulation(simulate({ ...form, address }, draftOf(`${namespace}/${name}`, namespace)))
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
      <div className="grid grid-cols-2 gap-2">
        <SelectField
          label="Gateway and port"
          value={address}
          options={addresses.map((value) => ({ value, label: value.replace(' ', ' : ') }))}
          onChange={(value) => change({ address: value })}
        />
        <SelectField
          label="Method"
          value={form.method}
          options={METHODS.map((method) => ({ value: method, label: method }))}
          onChange={(method) => change({ method })}
        />
        <TextField
          label="Host"
          value={form.host}
          onChange={(host) => change({ host })}
          className="font-mono text-xs"
        />
        <TextField
          label="Path and query"
          value={form.path}
          onChange={(path) => change({ path })}
          className="font-mono text-xs"
        />
        <Field label="Headers" hint="One a line, as Name: value." className="col-span-full">
          {(control) => (
            <textarea
              {...control}
              rows={2}
              spellCheck={false}
              value={form.headers}
              onChange={(event) => change({ headers: event.target.value })}
              className={`${inputClass} h-auto py-1.5 font-mono text-xs`}
            />
          )}
        </Field>
      </div>
      <Button type="submit" variant="primary" className="self-start">
        Find the rule
      </Button>
      {simulation === null ? null : <SimulationResult simulation={simulation} />}
    </form>
  )
}
