import tseslint from 'typescript-eslint';

/**
 * INSERT IGNORE, REPLACE and knex's `.ignore()` hide or destroy records: reliability rule, MySQL
 * manual "INSERT ... IGNORE".
 */
const hidesRecords = [
  {
    selector: 'CallExpression[callee.property.name="ignore"]',
    message:
      'knex .ignore() writes INSERT IGNORE, which turns errors into warnings: use .merge() or handle the error.',
  },
  {
    selector: 'Literal[value=/\\b(INSERT\\s+IGNORE|REPLACE\\s+INTO)\\b/i]',
    message: 'INSERT IGNORE hides errors and REPLACE deletes children: never use either.',
  },
  {
    selector: 'TemplateElement[value.raw=/\\b(INSERT\\s+IGNORE|REPLACE\\s+INTO)\\b/i]',
    message: 'INSERT IGNORE hides errors and REPLACE deletes children: never use either.',
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.stack*/', 'test/histories/', 'coverage/'] },
  ...tseslint.configs.recommended,
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeCheckedOnly],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': ['error', ...hidesRecords],
      // Code is Prettier's; comments are nobody's else.
      'max-len': ['error', { code: 1000, comments: 100, ignoreUrls: true }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}', 'activities/**/*.ts'],
    ignores: ['src/database/connect.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['mysql2', 'mysql2/promise'].map((name) => ({
            name,
            importNames: ['createConnection', 'createPool'],
            message: 'Connections are made in src/database/connect.ts only: it knows TLS.',
          })),
        },
      ],
    },
  },
);
