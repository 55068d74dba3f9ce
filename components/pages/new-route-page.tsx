'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { existsText, takenNames } from '@/components/backends/taken-names'
import { ABSENT } from '@/components/data/review-base'
import { useDraft } from '@/components/data/use-draft'
import { useLiveList } from '@/components/data/use-live'
import { useUrlState } from '@/components/data/use-url-state'
import { LiveLoading } from '@/components/layout/live-loading'
import type { ReviewInput } from '@/components/review/manifest-review'
import {
  parseTemplateId,
  type RouteTemplateFields,
  routeManifest,
  TEMPLATES,
  type TemplateId,
} from '@/components/routes/route-templates'
import { cn } from '@/components/ui/class-names'
import { SelectField, TextField } from '@/components/ui/field'
import { Notice } from '@/components/ui/notice'
import { NumberField } from '@/components/ui/number-field'
import { ManifestWorkspace } from '@/components/workspace/manifest-workspace'
import { page } from '@/lib/dashboard-api/paths'
import { keyOf } from '@/lib/gateway-api/references'
import { nextFreeName } from '@/lib/shared/next-free-name'
import { rememberArrival } from './arrival-focus'
import { missingBackend } from './missing-backend'

/** No route has a key without a namespace. */
const DRAFT = 'new-route'

interface ChooserProps {
  chosen: TemplateId
  onChoose: (id: TemplateId) => void
}

function TemplateChooser({ chosen, onChoose }: ChooserProps) {
  return (
    // Where the manifest stands below, as much of it as possible is to be in view.
    <fieldset className="grid grid-cols-2 gap-1.5 lg:grid-cols-1">
      <legend className="pb-1 text-xs font-medium text-muted">Template</legend>
      {TEMPLATES.map(({ id, title, description }) => (
        <label
          key={id}
          className={cn(
            'flex cursor-pointer items-start gap-2.5 rounded-md border px-3 py-2 has-disabled:cursor-not-allowed',
            id === chosen ? 'border-accent bg-accent-soft' : 'border-line bg-panel hover:bg-sunken',
          )}
        >
          <input
            type="radio"
            name="template"
            value={id}
            checked={id === chosen}
            onChange={() => onChoose(id)}
            className="mt-1 accent-(--accent)"
          />
          <span>
            <span className="block font-medium">{title}</span>
            <span className="block text-xs text-muted max-lg:sr-only">{description}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

interface FieldsProps {
  template: TemplateId
  fields: RouteTemplateFields
  /** That a route of this name is there already; undefined where there is none. */
  exists: string | undefined
  gateways: readonly string[]
  services: readonly string[]
  onChange: (change: Partial<RouteTemplateFields>) => void
}

function TemplateFields(props: FieldsProps) {
  const { template, fields, exists, gateways, services, onChange } = props
  const hasMirror = template !== 'plain'
  return (
    <div className="grid grid-cols-2 gap-x-3 gap-y-2">
      <TextField
        label="Name"
        value={fields.name}
        error={exists}
        onChange={(name) => onChange({ name })}
      />
      <TextField
        label="Namespace"
        value={fields.namespace}
        onChange={(namespace) => onChange({ namespace })}
      />
      <SelectField
        label="Gateway"
        value={fields.gateway}
        options={[...new Set([fields.gateway, ...gateways])].map((name) => ({
          value: name,
          label: name,
        }))}
        onChange={(gateway) => onChange({ gateway })}
      />
      <TextField
        label="Hostname"
        value={fields.hostname}
        onChange={(hostname) => onChange({ hostname })}
      />
      <TextField
        label="Backend"
        hint="Service:port that answers"
        list="services"
        value={fields.backend}
        onChange={(backend) => onChange({ backend })}
      />
      {hasMirror ? (
        <TextField
          label="Mirror"
          hint="Service:port that gets the mirrored requests"
          list="services"
          value={fields.mirror}
          onChange={(mirror) => onChange({ mirror })}
        />
      ) : null}
      {template === 'mirror-percent' ? (
        <NumberField
          label="Percent"
          value={fields.percent}
          min={0}
          max={100}
          onChange={(percent) => {
            if (percent !== undefined) onChange({ percent })
            return undefined
          }}
        />
      ) : null}
      <datalist id="services">
        {services.map((service) => (
          <option key={service} value={service} />
        ))}
      </datalist>
    </div>
  )
}

const FIELDS: RouteTemplateFields = {
  name: 'http-mirror',
  namespace: 'default',
  gateway: 'default/eg',
  hostname: 'backends.example',
  backend: 'backend:3000',
  mirror: 'backend-2:3000',
  percent: 10,
}

/** The cluster's own Gateways and Services in place of the example's, where it has any. */
function useCandidates(namespace: string) {
  const { objects: gateways, isSynced } = useLiveList('gateways')
  const { objects: services } = useLiveList('services')
  const inNamespace = services.filter(({ metadata }) => metadata.namespace === namespace)
  return {
    isSynced,
    gateways: gateways.map(keyOf),
    services: inNamespace.flatMap(({ metadata, spec }) =>
      (spec.ports ?? []).map(({ port }) => `${metadata.name}:${port}`),
    ),
  }
}

/**
 * The fields as typed. A name that was not typed is the next of its namespace that was free when it was proposed: it
 * does not move on when the route itself appears.
 */
function useFields(firstGateway: string) {
  const { objects } = useLiveList('httproutes')
  const routes = [{ kind: 'HTTPRoute', objects }]
  const free = (namespace: string) => nextFreeName(FIELDS.name, takenNames(routes, namespace))
  const [isNamed, setIsNamed] = useState(false)
  const [fields, setFields] = useState<RouteTemplateFields>(() => ({
    ...FIELDS,
    gateway: firstGateway,
    name: free(FIELDS.namespace),
  }))
  const change = (more: Partial<RouteTemplateFields>) => {
    if (more.name !== undefined) setIsNamed(true)
    const { namespace } = more
    const proposed = isNamed || namespace === undefined ? {} : { name: free(namespace) }
    setFields({ ...fields, ...proposed, ...more })
  }
  return { fields, change, exists: existsText(routes, fields.namespace, fields.name) }
}

function NewRouteForm({ firstGateway }: { firstGateway: string }) {
  const router = useRouter()
  const url = useUrlState()
  const template = parseTemplateId(url.get('template'))
  const { fields, exists, change } = useFields(firstGateway)
  const candidates = useCandidates(fields.namespace)
  const { draft, isKept, edit, discard } = useDraft(DRAFT)
  const [base, setBase] = useState<ReviewInput['base']>(ABSENT)
  const generated = routeManifest(template, fields)
  const text = draft?.text ?? generated
  return (
    <div className="flex min-h-full flex-col lg:grid lg:h-full lg:grid-cols-[24rem_minmax(0,1fr)]">
      <section
        aria-label="Template"
        className="flex flex-col gap-4 overflow-y-auto border-line p-4 max-lg:border-b lg:border-r"
      >
        <div>
          <h1 className="text-lg font-semibold tracking-tight">New route</h1>
          <p className="text-muted">
            Start from a template; the manifest beside it is what will be applied.
          </p>
        </div>
        {draft === null ? null : (
          <Notice tone="info">
            You edited the YAML, so the template is locked. Discard to start over.
          </Notice>
        )}
        <fieldset
          disabled={draft !== null}
          className={draft === null ? 'contents' : 'contents max-lg:hidden'}
        >
          <legend className="sr-only">What the manifest is made from</legend>
          <TemplateChooser chosen={template} onChoose={(id) => url.set({ template: id })} />
          <TemplateFields
            template={template}
            fields={fields}
            exists={exists}
            gateways={candidates.gateways}
            services={candidates.services}
            onChange={(more) => {
              setBase(ABSENT)
              change(more)
            }}
          />
        </fieldset>
      </section>
      <section aria-label="Manifest" className="min-h-0 max-lg:h-[34rem]">
        <ManifestWorkspace
          path={DRAFT}
          namespace={fields.namespace}
          text={text}
          isDirty={draft !== null}
          isNew
          isKept={isKept}
          base={base}
          backendDialog={missingBackend}
          heading={<span className="truncate font-semibold">Manifest</span>}
          onChange={(next) => {
            // Another text may be another object.
            setBase(ABSENT)
            if (next === generated) discard()
            else edit(next, null)
          }}
          onDiscard={discard}
          // From here on the review shows what is there, and applying guards just that.
          onRebase={() => setBase(undefined)}
          onLoadLive={(live) => {
            if (live !== null)
              router.push(page.route(live.metadata.namespace ?? '', live.metadata.name))
          }}
          onApplied={({ results }) => {
            discard()
            const route = results.find(({ kind }) => kind === 'HTTPRoute')
            if (route === undefined) return router.push(page.routes())
            rememberArrival(`${route.namespace}/${route.name}`)
            router.push(page.route(route.namespace, route.name))
          }}
        />
      </section>
    </div>
  )
}

export function NewRoutePage() {
  const { gateways, isSynced } = useCandidates('')
  const routes = useLiveList('httproutes')
  if (!isSynced || !routes.isSynced) {
    return <LiveLoading kinds={['gateways', 'httproutes']} label="Loading Gateways" />
  }
  return <NewRouteForm firstGateway={gateways[0] ?? FIELDS.gateway} />
}
