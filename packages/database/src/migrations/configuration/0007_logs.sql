CREATE TABLE `log_levels` (
	`id` text PRIMARY KEY NOT NULL,
	`profile_id` text,
	`mcp_server_id` text,
	`level` text NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`profile_id`) REFERENCES `profiles`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "log_levels_level" CHECK(level IN ('off', 'errors', 'metadata', 'full')),
	CONSTRAINT "log_levels_subject" CHECK((profile_id IS NULL) <> (mcp_server_id IS NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `log_levels_profile_id_unique` ON `log_levels` (`profile_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `log_levels_mcp_server_id_unique` ON `log_levels` (`mcp_server_id`);