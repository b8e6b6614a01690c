CREATE TABLE `vault_data_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`key_check` text NOT NULL,
	`sealed` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_audit_log` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`created_at` integer NOT NULL,
	`actor` text NOT NULL,
	`actor_name` text NOT NULL,
	`action` text NOT NULL,
	`outcome` text NOT NULL,
	`subject_kind` text,
	`subject_id` text,
	`subject_name` text,
	`detail` text DEFAULT '{}' NOT NULL,
	CONSTRAINT "audit_log_actor" CHECK(actor IN ('app', 'cli', 'token', 'gateway')),
	CONSTRAINT "audit_log_outcome" CHECK(outcome IN ('ok', 'failed'))
);
--> statement-breakpoint
-- No version before this one wrote an entry.
DROP TABLE `audit_log`;--> statement-breakpoint
ALTER TABLE `__new_audit_log` RENAME TO `audit_log`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `audit_log_created` ON `audit_log` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_actor` ON `audit_log` (`actor_name`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_subject_name` ON `audit_log` (`subject_name`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_subject_id` ON `audit_log` (`subject_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `__new_vault_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`key_id` text NOT NULL,
	`provider` text NOT NULL,
	`label` text NOT NULL,
	`wrapped` text NOT NULL,
	`params` text NOT NULL,
	`recipient` text,
	`created_at` integer NOT NULL,
	CONSTRAINT "vault_keys_provider" CHECK(provider IN ('passphrase', 'environment', 'keychain', 'recovery'))
);
--> statement-breakpoint
INSERT INTO `__new_vault_keys`("id", "key_id", "provider", "label", "wrapped", "params", "recipient", "created_at") SELECT "id", "key_id", "provider", "label", "wrapped", "params", NULL, "created_at" FROM `vault_keys`;--> statement-breakpoint
DROP TABLE `vault_keys`;--> statement-breakpoint
ALTER TABLE `__new_vault_keys` RENAME TO `vault_keys`;