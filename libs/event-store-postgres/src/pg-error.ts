/** What PostgreSQL said, wherever TypeORM has put it. */
export const pgError = (error: unknown): { readonly code: string; readonly detail: string } => {
  const driver = (error as { driverError?: { code?: string; detail?: string } }).driverError ?? (error as { code?: string; detail?: string });
  return { code: String(driver.code ?? ''), detail: String(driver.detail ?? '') };
};
