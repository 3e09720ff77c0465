/** Everything personal that the tests tell: none of it may be found in a history or a log. */
export const nora = { employeeId: 'EMP-NORA-4711', email: 'nora.quist-personal@example.com', givenName: 'Noranda', familyName: 'Quistgaard' };
export const personalValues = (person: Readonly<Record<string, string>>): readonly string[] => Object.values(person);
