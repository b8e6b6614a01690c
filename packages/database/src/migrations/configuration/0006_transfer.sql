CREATE TABLE `export_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`salt` text NOT NULL,
	`params` text NOT NULL,
	`key_check` text NOT NULL,
	`created_at` integer NOT NULL,
	`used_at` integer NOT NULL
);
--> statement-breakpoint
DROP TABLE `import_jobs`;--> statement-breakpoint
CREATE TABLE `import_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`status` text NOT NULL,
	`conflict_strategy` text NOT NULL,
	`name` text NOT NULL,
	`file_digest` text NOT NULL,
	`counts` text NOT NULL,
	`warnings` text DEFAULT '[]' NOT NULL,
	`errors` text DEFAULT '[]' NOT NULL,
	`problem` text,
	`backup` text,
	`created_at` integer NOT NULL,
	`completed_at` integer,
	CONSTRAINT "import_jobs_status" CHECK(status IN ('running', 'completed', 'failed', 'cancelled')),
	CONSTRAINT "import_jobs_conflict_strategy" CHECK(conflict_strategy IN ('skip', 'update', 'rename', 'fail'))
);
--> statement-breakpoint
CREATE INDEX `import_jobs_created` ON `import_jobs` (`created_at`);--> statement-breakpoint
ALTER TABLE `profiles` ADD `health_url` text;--> statement-breakpoint
ALTER TABLE `mcp_servers` ADD `health_url` text;