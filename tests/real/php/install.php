<?php
// A fresh database into a fresh WordPress; prints the application password of its one author.
$server = new mysqli('localhost', 'root', '', '', 0, getenv('WP_SOCKET'));
$server->query('CREATE DATABASE wordpress CHARACTER SET utf8mb4');
$server->close();
$_SERVER['HTTP_HOST'] = parse_url(getenv('WP_HOME'), PHP_URL_HOST);
define('WP_INSTALLING', true);
require getenv('WP_SITE') . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Harbour Review', 'ada', 'ada@example.org', true, '', 'a password of a test');
wp_update_user(['ID' => 1, 'display_name' => 'Ada Example', 'first_name' => 'Ada', 'last_name' => 'Example']);
update_option('permalink_structure', '/%year%/%monthnum%/%postname%/');
update_option('timezone_string', 'Europe/Berlin');
update_option('comment_moderation', '0');
update_option('comment_previously_approved', '0');
switch_theme('twentytwentythree');
flush_rewrite_rules();
[$password] = WP_Application_Passwords::create_new_application_password(1, ['name' => 'tests']);
echo $password;
