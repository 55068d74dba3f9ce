import type { Metadata } from 'next'
import { NewRoutePage } from '@/components/routes/new-route-page'

export const metadata: Metadata = { title: 'New route' }

export default function Page() {
  return <NewRoutePage />
}
