import type { PlannedStep } from '../case/plan.ts';
import type { MoverTerms } from '../case/terms.ts';
import { gainsPower } from './groups.ts';
import { step, type MoverSnapshot } from './snapshot.ts';

/** The offices the person shall administer; null: nothing is said of them. */
const officesOf = ({ adminRole }: MoverTerms, seen: MoverSnapshot): readonly string[] | null => {
  if (adminRole === 'none') return [];
  if (adminRole !== 'office') return null;
  const own = seen.to?.officeId ?? seen.officeId;

  return seen.adminOffices ?? [...new Set([...seen.adminOfficeIds, own])];
};

/** Whether anything of it gives power: then somebody has to agree. */
export const grants = (terms: MoverTerms, seen: MoverSnapshot): boolean =>
  gainsPower(seen) || (terms.adminRole === 'company' && !seen.isCompanyAdmin) || (officesOf(terms, seen) ?? []).some((id) => !seen.adminOfficeIds.includes(id));

/** New power before old is taken, so that an office is never without; what is taken first asks whether another admin stays. */
export const adminSteps = (terms: MoverTerms, seen: MoverSnapshot, officeId: string): PlannedStep[] => {
  const { adminRole } = terms;
  if (adminRole === null) return [];
  const offices = officesOf(terms, seen);
  const gained = (offices ?? []).filter((id) => !seen.adminOfficeIds.includes(id));
  const lost = offices === null ? [] : seen.adminOfficeIds.filter((id) => !offices.includes(id));
  const toCompany = adminRole === 'company' && !seen.isCompanyAdmin;

  return [
    ...(toCompany || gained.length > 0
      ? [step('admin', 'grantAdmin', { role: adminRole, officeId, ...(gained.length > 0 ? { officeIds: gained } : {}) })]
      : []),
    ...(adminRole !== 'company' && seen.isCompanyAdmin ? [step('admin-company', 'revokeCompanyAdmin')] : []),
    ...(lost.length > 0 ? [step('admin-offices', 'revokeOfficeAdmin', { officeIds: lost, ...(offices?.length ? { keep: offices } : {}) })] : []),
  ];
};
