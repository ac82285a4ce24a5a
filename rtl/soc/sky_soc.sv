// The system: core, RAM, devices and one register file of the kind that the parameters say. Synthesizable.
//
// Options of the register file are taken while the reset is held, as is the boot address. rvfi_*: what retires in this
// cycle; print_o and exit_o: what the program says in this cycle. For simulation with several register files in one
// model there is sky_soc_lab.
module sky_soc #(
  parameter int unsigned Kind      = 1,  // sky_rf_pkg::kind_e
  parameter int unsigned Ports     = 1,
  parameter int unsigned Banks     = 1,
  parameter int unsigned Buffer    = 0,
  parameter int unsigned Guard     = 0,
  parameter int unsigned RamBytes  = 8 * 1024 * 1024,
  parameter int unsigned SkrmBytes = 16 * 1024,  // a multiple of 64, 0: no SK-RM memory
  localparam int unsigned Arrays   = (Kind == 1) ? Banks : (Kind == 4) ? 2 : 1,
  localparam int unsigned Tracks   = Arrays * 32
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [31:0]  boot_addr_i,
  input  logic         tohost_valid_i,  // there is such a word
  input  logic [31:0]  tohost_addr_i,
  input  logic         irq_external_i,

  input  logic         rf_rewind_i,
  input  logic         rf_eager_i,
  input  logic         rf_nearest_first_i,
  input  logic         rf_forward_i,
  input  logic         rf_preshift_i,
  input  logic [2:0]   rf_buffer_i,
  input  logic         rf_check_position_i,
  input  logic [2*Tracks-1:0] rf_slip_i,
  output logic [639:0] rf_counters_o,
  output logic         rf_machine_check_o,
  output logic         rf_track_error_o,

  output logic         skrm_track_error_o,
  output logic [63:0]  skrm_stats_o [sky_skrm_pkg::StatCount],

  output logic         print_o,
  output logic [7:0]   print_byte_o,
  output logic         exit_o,
  output logic [31:0]  exit_code_o,

  output logic         rvfi_valid_o,
  output logic [63:0]  rvfi_order_o,
  output logic [31:0]  rvfi_insn_o,
  output logic         rvfi_trap_o,
  output logic         rvfi_intr_o,
  output logic [4:0]   rvfi_rs1_addr_o,
  output logic [4:0]   rvfi_rs2_addr_o,
  output logic [31:0]  rvfi_rs1_rdata_o,
  output logic [31:0]  rvfi_rs2_rdata_o,
  output logic [4:0]   rvfi_rd_addr_o,
  output logic [31:0]  rvfi_rd_wdata_o,
  output logic [31:0]  rvfi_pc_rdata_o,
  output logic [31:0]  rvfi_pc_wdata_o,
  output logic [31:0]  rvfi_mem_addr_o,
  output logic [3:0]   rvfi_mem_rmask_o,
  output logic [3:0]   rvfi_mem_wmask_o,
  output logic [31:0]  rvfi_mem_rdata_o,
  output logic [31:0]  rvfi_mem_wdata_o
);

  logic rst_n;
  sky_soc_reset u_reset (
    .clk_i,
    .rst_ni,
    .rst_no(rst_n)
  );

  logic rf_valid, rf_write, rf_read1, rf_read2, rf_ready;
  logic [4:0] rf_rd, rf_rs1, rf_rs2;
  logic [31:0] rf_wdata, rf_rdata1, rf_rdata2;
  logic hint_write, hint_read1, hint_read2;
  logic [4:0] hint_rd, hint_rs1, hint_rs2;
  logic switch, switch_mode, switch_ready, mode, place, busy;
  logic [4:0] place_reg, place_pos;

  sky_soc_core #(
    .RamBytes (RamBytes),
    .SkrmBytes(SkrmBytes)
  ) u_inside (
    .clk_i,
    .rst_ni            (rst_n),
    .boot_addr_i,
    .tohost_valid_i,
    .tohost_addr_i,
    .irq_external_i,
    .rf_valid_o        (rf_valid),
    .rf_write_o        (rf_write),
    .rf_rd_o           (rf_rd),
    .rf_wdata_o        (rf_wdata),
    .rf_read1_o        (rf_read1),
    .rf_rs1_o          (rf_rs1),
    .rf_read2_o        (rf_read2),
    .rf_rs2_o          (rf_rs2),
    .rf_ready_i        (rf_ready),
    .rf_rdata1_i       (rf_rdata1),
    .rf_rdata2_i       (rf_rdata2),
    .rf_hint_write_o   (hint_write),
    .rf_hint_rd_o      (hint_rd),
    .rf_hint_read1_o   (hint_read1),
    .rf_hint_rs1_o     (hint_rs1),
    .rf_hint_read2_o   (hint_read2),
    .rf_hint_rs2_o     (hint_rs2),
    .rf_switch_o       (switch),
    .rf_mode_o         (switch_mode),
    .rf_switch_ready_i (switch_ready),
    .rf_mode_i         (mode),
    .rf_place_o        (place),
    .rf_place_reg_o    (place_reg),
    .rf_place_pos_o    (place_pos),
    .rf_busy_i         (busy),
    .rf_counters_i     (rf_counters_o),
    .rf_machine_check_i(rf_machine_check_o),
    .rf_dual_i         (Kind == 32'(sky_rf_pkg::Dual)),
    .skrm_track_error_o,
    .skrm_stats_o,
    .print_o,
    .print_byte_o,
    .exit_o,
    .exit_code_o,
    .rvfi_valid_o,
    .rvfi_order_o,
    .rvfi_insn_o,
    .rvfi_trap_o,
    .rvfi_intr_o,
    .rvfi_rs1_addr_o,
    .rvfi_rs2_addr_o,
    .rvfi_rs1_rdata_o,
    .rvfi_rs2_rdata_o,
    .rvfi_rd_addr_o,
    .rvfi_rd_wdata_o,
    .rvfi_pc_rdata_o,
    .rvfi_pc_wdata_o,
    .rvfi_mem_addr_o,
    .rvfi_mem_rmask_o,
    .rvfi_mem_wmask_o,
    .rvfi_mem_rdata_o,
    .rvfi_mem_wdata_o
  );

  sky_regfile #(
    .Kind  (Kind),
    .Width (32),
    .Ports (Ports),
    .Banks (Banks),
    .Buffer(Buffer),
    .Guard (Guard)
  ) u_regfile (
    .clk_i,
    .rst_ni          (rst_n),
    .rewind_i        (rf_rewind_i),
    .eager_i         (rf_eager_i),
    .nearest_first_i (rf_nearest_first_i),
    .forward_i       (rf_forward_i),
    .preshift_i      (rf_preshift_i),
    .buffer_i        (rf_buffer_i),
    .check_position_i(rf_check_position_i),
    .valid_i         (rf_valid),
    .write_i         (rf_write),
    .rd_i            (rf_rd),
    .wdata_i         (rf_wdata),
    .read1_i         (rf_read1),
    .rs1_i           (rf_rs1),
    .read2_i         (rf_read2),
    .rs2_i           (rf_rs2),
    .ready_o         (rf_ready),
    .rdata1_o        (rf_rdata1),
    .rdata2_o        (rf_rdata2),
    .hint_write_i    (hint_write),
    .hint_rd_i       (hint_rd),
    .hint_read1_i    (hint_read1),
    .hint_rs1_i      (hint_rs1),
    .hint_read2_i    (hint_read2),
    .hint_rs2_i      (hint_rs2),
    .switch_i        (switch),
    .mode_i          (switch_mode),
    .switch_ready_o  (switch_ready),
    .mode_o          (mode),
    .place_i         (place),
    .place_reg_i     (place_reg),
    .place_pos_i     (place_pos),
    .busy_o          (busy),
    .slip_i          (rf_slip_i),
    .counters_o      (rf_counters_o),
    .machine_check_o (rf_machine_check_o),
    .track_error_o   (rf_track_error_o)
  );

endmodule
