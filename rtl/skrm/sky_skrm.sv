// SK-RM controller with its nanotracks: one bank, first come first served, home policy, word-based.
//
// Three channels, valid/ready: commands, 64-bit write-data beats (for each WRITE one per masked segment,
// ascending), responses (READ one beat per masked segment, everything else one). A refused command drains its
// data beats and answers one beat with its status. Every output depends on state alone.
//
// Words of D < 64 bits use the low D bits of a beat. Site 0 of a segment holds bit D - 1.
// Latency of an unloaded request, in cycles: 2 (accept, dispatch) + data beats + pass + 1 until the first
// answer beat has been taken; the pass is 2D shifts, D detects for READ and DCW, and a remove or inject slot at
// every site where some port acts. Throughput: one command at a time.
//
// Costs: QueueDepth * 126 and DataDepth * 64 flip-flops of queues, D * S of data buffer, 64 per statistic.
`include "sky_assert.svh"

module sky_skrm #(
  parameter int unsigned D          = 64,  // sites per segment, 2 to 64
  parameter int unsigned S          = 32,  // segments, 1 to 64
  parameter int unsigned Overhead   = D,   // sites at each end of a track, at least D
  parameter int unsigned Tracks     = 16,
  parameter int unsigned QueueDepth = 32,
  parameter int unsigned DataDepth  = 64,
  localparam int unsigned QueueWidth = $clog2(QueueDepth + 1)
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  // Configuration, taken while the reset is held (for at least one clock edge).
  input  logic [7:0]  shift_cycles_i,   // times in cycles, at least 1
  input  logic [7:0]  detect_cycles_i,
  input  logic [7:0]  remove_cycles_i,
  input  logic [7:0]  inject_cycles_i,
  input  logic [15:0] shift_fj_i,       // energies in femtojoules
  input  logic [15:0] detect_fj_i,
  input  logic [15:0] remove_fj_i,
  input  logic [15:0] inject_fj_i,
  input  logic [QueueWidth-1:0] queue_depth_i,  // commands that may wait, 1 to QueueDepth
  input  logic [31:0] last_row_i,       // highest row that exists, at most Tracks - 1

  input  logic        cmd_valid_i,
  output logic        cmd_ready_o,
  input  logic [2:0]  cmd_op_i,
  input  logic [2:0]  cmd_write_alg_i,
  input  logic [7:0]  cmd_site_i,
  input  logic [15:0] cmd_tag_i,
  input  logic [31:0] cmd_row_i,
  input  logic [63:0] cmd_seg_mask_i,

  input  logic        wdata_valid_i,
  output logic        wdata_ready_o,
  input  logic [63:0] wdata_i,

  output logic        rsp_valid_o,
  input  logic        rsp_ready_i,
  output logic [15:0] rsp_tag_o,
  output logic [2:0]  rsp_status_o,
  output logic        rsp_last_o,
  output logic [63:0] rsp_word_o,

  output logic        track_error_o,  // sticky: the controller drove an illegal pulse
  output logic [63:0] stats_o [sky_skrm_pkg::StatCount]
);

  import sky_skrm_pkg::*;

  localparam int unsigned RowWidth  = (Tracks > 1) ? $clog2(Tracks) : 1;
  localparam int unsigned PortWidth = $clog2(S + 2);

  // Held in registers, so that nothing in here depends on these inputs.
  cycles_t cycles;
  energy_t energy;
  logic [QueueWidth-1:0] queue_depth;
  logic [31:0] last_row;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      cycles <= '{
        shift: shift_cycles_i,
        detect: detect_cycles_i,
        remove: remove_cycles_i,
        inject: inject_cycles_i
      };
      energy <= '{
        shift: shift_fj_i,
        detect: detect_fj_i,
        remove: remove_fj_i,
        inject: inject_fj_i
      };
      queue_depth <= queue_depth_i;
      last_row    <= last_row_i;
    end
  end

  // Command queue.
  cmd_t cmd_in, cmd_head, cmd_now;
  logic cmd_fifo_ready, cmd_head_valid, cmd_head_ready;
  logic [QueueWidth-1:0] cmd_usage;
  assign cmd_in = '{
    op: cmd_op_i,
    write_alg: cmd_write_alg_i,
    site: cmd_site_i,
    tag: cmd_tag_i,
    row: cmd_row_i,
    seg_mask: cmd_seg_mask_i
  };
  assign cmd_ready_o = cmd_fifo_ready && cmd_usage < queue_depth;

  sky_fifo #(
    .Width($bits(cmd_t)),
    .Depth(QueueDepth)
  ) u_cmd_fifo (
    .clk_i,
    .rst_ni,
    .wr_valid_i(cmd_valid_i & cmd_ready_o),
    .wr_ready_o(cmd_fifo_ready),
    .wr_data_i (cmd_in),
    .rd_valid_o(cmd_head_valid),
    .rd_ready_i(cmd_head_ready),
    .rd_data_o (cmd_head),
    .usage_o   (cmd_usage)
  );

  // Write-data queue.
  logic wdata_head_valid, wdata_head_ready;
  logic [63:0] wdata_head;
  sky_fifo #(
    .Width(64),
    .Depth(DataDepth)
  ) u_wdata_fifo (
    .clk_i,
    .rst_ni,
    .wr_valid_i(wdata_valid_i),
    .wr_ready_o(wdata_ready_o),
    .wr_data_i (wdata_i),
    .rd_valid_o(wdata_head_valid),
    .rd_ready_i(wdata_head_ready),
    .rd_data_o (wdata_head),
    .usage_o   ()
  );

  state_e state;
  status_e rsp_status;
  logic recover;
  logic [RowWidth-1:0] row;
  logic shift;
  sky_track_pkg::dir_e shift_dir;
  logic [PortWidth-1:0] shift_start, shift_end;
  logic [S:0] detect_ports, remove_ports, inject_ports, sense;
  sky_track_pkg::err_e track_err;

  sky_skrm_seq #(
    .D     (D),
    .S     (S),
    .Tracks(Tracks)
  ) u_seq (
    .clk_i,
    .rst_ni,
    .cycles_i      (cycles),
    .last_row_i    (last_row),
    .cmd_valid_i   (cmd_head_valid),
    .cmd_ready_o   (cmd_head_ready),
    .cmd_i         (cmd_head),
    .wdata_valid_i (wdata_head_valid),
    .wdata_ready_o (wdata_head_ready),
    .wdata_i       (wdata_head),
    .rsp_valid_o,
    .rsp_ready_i,
    .rsp_tag_o,
    .rsp_status_o  (rsp_status),
    .rsp_last_o,
    .rsp_word_o,
    .row_o         (row),
    .shift_o       (shift),
    .shift_dir_o   (shift_dir),
    .shift_start_o (shift_start),
    .shift_end_o   (shift_end),
    .detect_ports_o(detect_ports),
    .remove_ports_o(remove_ports),
    .inject_ports_o(inject_ports),
    .sense_i       (sense),
    .state_o       (state),
    .cmd_o         (cmd_now),
    .recover_o     (recover)
  );
  assign rsp_status_o = rsp_status;

  sky_track #(
    .D       (D),
    .S       (S),
    .Overhead(Overhead),
    .Tracks  (Tracks)
  ) u_track (
    .clk_i,
    .row_i         (row),
    .shift_i       (shift),
    .shift_dir_i   (shift_dir),
    .shift_start_i (shift_start),
    .shift_end_i   (shift_end),
    .remove_ports_i(remove_ports),
    .inject_ports_i(inject_ports),
    .sense_o       (sense),
    .err_o         (track_err)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) track_error_o <= 1'b0;
    else if (track_err != sky_track_pkg::ErrNone) track_error_o <= 1'b1;
  end

  sky_skrm_stats #(
    .S         (S),
    .QueueWidth(QueueWidth)
  ) u_stats (
    .clk_i,
    .rst_ni,
    .energy_i      (energy),
    .state_i       (state),
    .cmd_i         (cmd_now),
    .cmd_taken_i   (cmd_head_valid & cmd_head_ready),
    .recover_i     (recover),
    .wdata_valid_i (wdata_head_valid),
    .rsp_ready_i,
    .rsp_last_i    (rsp_last_o),
    .rsp_status_i  (rsp_status),
    .queue_usage_i (cmd_usage),
    .shift_i       (shift),
    .detect_ports_i(detect_ports),
    .remove_ports_i(remove_ports),
    .inject_ports_i(inject_ports),
    .sense_i       (sense),
    .stats_o
  );

  `SKY_ASSERT(EveryPulseIsLegal, track_err == sky_track_pkg::ErrNone)
  `SKY_ASSERT(CommandIsStableUntilTaken,
              cmd_valid_i && !cmd_ready_o |=> cmd_valid_i && $stable(cmd_in))
  `SKY_ASSERT(WriteDataIsStableUntilTaken, wdata_valid_i && !wdata_ready_o |=> wdata_valid_i && $stable(wdata_i))

endmodule
