import type { Metadata } from 'next'
import { PromotePage } from '@/components/promote/promote-page'
import { type RouteParams, routeNames } from '../route-names'

export async function generateMetadata(props: RouteParams): Promise<Metadata> {
  const { namespace, name } = await routeNames(props)
  return { title: `Promote ${namespace}/${name}` }
}

export default async function Page(props: RouteParams) {
  const { namespace, name } = await routeNames(props)
  return <PromotePage key={`${namespace}/${name}`} namespace={namespace} name={name} />
}
