import { Chip } from '@/components/ui/chip'
import { type Status, StatusIcon } from '@/components/ui/status-icon'
import { parentName } from '@/lib/gateway-api/route-summary'
import type { Condition, Gateway, HTTPRoute } from '@/lib/gateway-api/types'

/** Conditions that are good when False. */
const GOOD_WHEN_FALSE = new Set([
  'PartiallyInvalid',
  'RouteRulesOverlap',
  'Conflicted',
  'OverlappingTLSConfig',
])

function statusOf(condition: Condition): Status {
  if (condition.status === 'Unknown') return 'pending'
  const isGood = (condition.status === 'True') !== GOOD_WHEN_FALSE.has(condition.type)
  if (isGood) return 'ok'
  return condition.type === 'Accepted' || condition.type === 'Programmed' ? 'bad' : 'warn'
}

interface ConditionRowProps {
  condition: Condition
  generation: number
  /** Whose condition it is, where that is not the route. */
  owner?: string
}

function ConditionRow({ condition, generation, owner }: ConditionRowProps) {
  const observed = condition.observedGeneration
  const isOld = observed !== undefined && observed < generation
  return (
    <li className="flex items-start gap-2 py-0.5">
      <StatusIcon status={isOld ? 'pending' : statusOf(condition)} className="mt-0.5" />
      <span className="font-medium">
        {owner === undefined ? null : `${owner}, `}
        {condition.type}: {condition.status}
      </span>
      <span className="min-w-0 flex-1 break-words text-muted">
        {condition.reason}
        {condition.message === '' ? '' : ` · ${condition.message}`}
      </span>
      {observed === undefined ? null : (
        <span className="shrink-0 text-2xs leading-5 text-muted">
          {owner === undefined ? 'route' : 'Gateway'} generation {observed}
        </span>
      )}
    </li>
  )
}

interface ConditionListProps {
  label: string
  conditions: readonly Condition[]
  generation: number
  owner?: string
}

function ConditionList({ label, conditions, ...row }: ConditionListProps) {
  if (conditions.length === 0) return <p className="text-muted">No conditions yet.</p>
  return (
    <ul aria-label={label}>
      {conditions.map((condition) => (
        <ConditionRow key={condition.type} condition={condition} {...row} />
      ))}
    </ul>
  )
}

/** The oldest generation that any condition is about; undefined when no controller has said. */
export function observedGeneration(route: HTTPRoute): number | undefined {
  const observed = (route.status?.parents ?? []).flatMap(({ conditions }) =>
    conditions.flatMap((condition) => condition.observedGeneration ?? []),
  )
  return observed.length === 0 ? undefined : Math.min(...observed)
}

/** `generation 3 observed`, or how far behind the controllers are. */
export function describeGeneration(route: HTTPRoute): string {
  const generation = route.metadata.generation ?? 0
  const observed = observedGeneration(route)
  if (observed === undefined) return `generation ${generation}, not observed yet`
  if (observed < generation) return `generation ${observed} observed, waiting for ${generation}`
  return `generation ${observed} observed`
}

interface RouteConditionsProps {
  route: HTTPRoute
  gateways: readonly Gateway[]
}

/** What every controller says about the route, and whether its Gateways serve it; updated as it arrives. */
export function RouteConditions({ route, gateways }: RouteConditionsProps) {
  const namespace = route.metadata.namespace ?? ''
  const parents = route.status?.parents ?? []
  const text = describeGeneration(route)
  return (
    <div className="flex flex-col gap-2">
      <p role="status" aria-label="Observed generation" className="text-xs font-medium">
        {text.charAt(0).toUpperCase() + text.slice(1)}
      </p>
      {parents.length === 0 ? (
        <p className="text-muted">
          No controller has reported on this route. Check that its parentRefs name a Gateway that
          exists, and that the Gateway's class has a controller.
        </p>
      ) : null}
      {parents.map(({ parentRef, controllerName, conditions }) => {
        const name = parentName(parentRef, namespace)
        const { sectionName: _section, port: _port, ...gatewayRef } = parentRef
        const gatewayName = parentName(gatewayRef, namespace)
        const gateway = gateways.find(
          ({ metadata }) =>
            metadata.name === parentRef.name &&
            metadata.namespace === (parentRef.namespace ?? namespace),
        )
        const programmed = (gateway?.status?.conditions ?? []).filter(
          ({ type }) => type === 'Programmed',
        )
        return (
          <section key={`${name} ${controllerName}`} aria-label={`Parent ${name}`}>
            <h3 className="flex flex-wrap items-center gap-2 font-medium">
              This route at {name} <Chip>{controllerName}</Chip>
            </h3>
            <ConditionList
              label={`Conditions of the route at ${name}`}
              conditions={conditions}
              generation={route.metadata.generation ?? 0}
            />
            {programmed.length === 0 ? null : (
              <ConditionList
                label={`Conditions of Gateway ${gatewayName}`}
                owner={`Gateway ${gatewayName}`}
                conditions={programmed}
                generation={gateway?.metadata.generation ?? 0}
              />
            )}
          </section>
        )
      })}
    </div>
  )
}
