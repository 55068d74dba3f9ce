'use client'

import Link from 'next/link'
import { EmptyState } from '@/components/ui/empty-state'
import { Notice } from '@/components/ui/notice'
import { page } from '@/lib/dashboard-api/paths'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import type { Capability, GatewayCapabilities } from '@/lib/implementations/capabilities'
import { abilityOf, canText, lackText } from '@/lib/implementations/route-capabilities'

interface GatewayNoticeProps {
  servers: readonly GatewayCapabilities[]
  capability: Capability
  /** What follows from it for this page. */
  children: string
}

/** Says which gateways of a route can't do something, before anybody asks for it; nothing where all can. */
export function GatewayNotice({ servers, capability, children }: GatewayNoticeProps) {
  const ability = abilityOf(servers, capability)
  if (ability.lacking.length === 0) return null
  return (
    <Notice tone="info" title={lackText(ability, capability)}>
      {children}
    </Notice>
  )
}

/** In place of the offer to compare, where no gateway of the route keeps answers. */
export function CannotCompare({
  route,
  servers,
}: {
  route: HTTPRoute
  servers: readonly GatewayCapabilities[]
}) {
  const { namespace = '', name } = route.metadata
  return (
    <EmptyState
      title="The answers of this route can't be compared"
      action={
        <Link href={page.routeTraffic(namespace, name)} className="text-accent underline">
          See its traffic
        </Link>
      }
    >
      {lackText(abilityOf(servers, 'capture'), 'capture')} A comparison would wait forever.{' '}
      {servers.map(canText).join(' ')}
    </EmptyState>
  )
}
