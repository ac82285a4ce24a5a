// SK-RM controller with its nanotracks: one queue, one or several banks, each with tracks of its own.
//
// Three channels, valid/ready: commands, 64-bit write-data beats (for each WRITE those of its masked segments,
// ascending; for a SCAN two keys), responses (READ the beats of its masked segments, SCAN four masks, everything
// else one beat). A refused command drains its data beats and answers one beat with its status. Every output
// depends on state alone.
//
// Word-based (Lanes = 1): a row is one track, a segment one word of D bits, site 0 its highest bit.
// Bit-interleaved (Lanes = 64, 128, ...): a row is Lanes tracks; a site of a segment is Lanes / 64 words.
//
// Row r is in bank r mod Banks. One command a cycle leaves the queue, for the lowest bank that has a use for one.
// The banks take turns on the response channel, request by request.
// Latency of an unloaded request, in cycles: 2 (accept, dispatch) + data beats + pass + 1 until the first answer
// beat has been taken; with the coalescing scheduler one more. See sysc/model/README.md for the passes.
//
// Costs: the queue (sky_skrm_queue), and for each bank 2 * Width * S flip-flops of data and 64 per statistic.
`include "sky_assert.svh"

module sky_skrm #(
  parameter int unsigned D          = 64,    // sites per segment that hold data, 2 to 64
  parameter int unsigned S          = 32,    // segments, 1 to 64
  parameter int unsigned Overhead   = D + 1, // sites at each end of a track, at least D, and one more with FlagSite
  parameter int unsigned Rows       = 16,    // a multiple of Banks
  parameter int unsigned Lanes      = 1,     // tracks of a row
  parameter int unsigned FlagSite   = 0,  // one more site behind each segment, for flip-n-write
  parameter int unsigned Banks      = 1,     // a power of two
  parameter int unsigned Guard      = 0,     // 1: position protection; Overhead then two sites more
  parameter int unsigned QueueDepth = 32,
  localparam int unsigned UsageWidth = $clog2(QueueDepth + 1)
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  // Configuration, taken while the reset is held (for at least one clock edge).
  input  logic [7:0]  shift_cycles_i,   // times in cycles; a shift at least 1
  input  logic [7:0]  relax_cycles_i,
  input  logic [7:0]  detect_cycles_i,
  input  logic [7:0]  remove_cycles_i,
  input  logic [7:0]  inject_cycles_i,
  input  logic [15:0] shift_fj_i,       // energies in femtojoules
  input  logic [15:0] detect_fj_i,
  input  logic [15:0] remove_fj_i,
  input  logic [15:0] inject_fj_i,
  input  logic [1:0]  shift_charge_i,   // sky_skrm_pkg::shift_charge_e
  input  logic        remove_per_skyrmion_i,
  input  logic [1:0]  scheduler_i,      // sky_skrm_pkg::scheduler_e
  input  logic        stay_i,
  input  logic [7:0]  age_cap_i,
  input  logic [6:0]  max_ports_driven_i,
  input  logic        overlap_i,
  input  logic        auto_permutes_i,
  input  logic [UsageWidth-1:0] queue_depth_i,  // commands that may wait, 1 to QueueDepth
  input  logic [31:0] last_row_i,       // highest row that exists, at most Rows - 1

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
  output logic [3:0]  rsp_status_o,
  output logic        rsp_last_o,
  output logic [63:0] rsp_word_o,

  // Fault injection, with Guard: what happens to each track of a bank's row in its next shift, see sky_track.
  input  logic [Banks*2*Lanes-1:0] slip_i,

  output logic        track_error_o,  // sticky: the controller drove an illegal pulse
  output logic [63:0] stats_o [Banks*sky_skrm_pkg::StatCount]
);

  import sky_skrm_pkg::*;

  localparam int unsigned Depth       = D + FlagSite;
  localparam int unsigned BankRows    = Rows / Banks;
  localparam int unsigned BankShift   = $clog2(Banks);
  localparam int unsigned BankWidth   = (Banks > 1) ? BankShift : 1;
  localparam int unsigned RowWidth    = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int unsigned LocalWidth  = (BankRows > 1) ? $clog2(BankRows) : 1;
  localparam int unsigned PortWidth   = $clog2(S + 2);
  localparam int unsigned OffsetWidth = $clog2(Depth + 1) + 1;
  localparam int unsigned Ports       = (S + 1) * Lanes;
  localparam int unsigned Beats       = (Lanes == 1) ? 1 : Lanes / 64;
  localparam int unsigned Words       = (S * Beats < 2) ? 2 : S * Beats;
  localparam int unsigned IndexWidth  = (QueueDepth > 1) ? $clog2(QueueDepth) : 1;

  // Held in registers, so that nothing in here depends on these inputs.
  cycles_t cycles;
  energy_t energy;
  policy_t policy;
  logic [UsageWidth-1:0] queue_depth;
  logic [31:0] last_row;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      cycles <= '{
        shift: shift_cycles_i,
        relax: relax_cycles_i,
        detect: detect_cycles_i,
        remove: remove_cycles_i,
        inject: inject_cycles_i
      };
      energy <= '{
        shift: shift_fj_i,
        detect: detect_fj_i,
        remove: remove_fj_i,
        inject: inject_fj_i,
        shift_charge: shift_charge_e'(shift_charge_i),
        remove_per_skyrmion: remove_per_skyrmion_i
      };
      policy <= '{
        scheduler: scheduler_e'(scheduler_i),
        stay: stay_i,
        age_cap: age_cap_i,
        max_ports_driven: max_ports_driven_i,
        overlap: overlap_i,
        auto_permutes: auto_permutes_i
      };
      queue_depth <= queue_depth_i;
      last_row    <= last_row_i;
    end
  end

  cmd_t cmd_in;
  assign cmd_in = '{
    op: cmd_op_i,
    write_alg: cmd_write_alg_i,
    site: cmd_site_i,
    tag: cmd_tag_i,
    row: cmd_row_i,
    seg_mask: cmd_seg_mask_i
  };

  // ---- The queue
  logic [Banks-1:0] at_rest, gathers, pick_valid, join_valid;
  logic [31:0] pass_row [Banks];
  logic [7:0] pass_site [Banks];
  logic [63:0] pass_all [Banks];
  logic [63:0] pass_changed [Banks];
  logic [UsageWidth-1:0] waiting [Banks];
  logic [IndexWidth-1:0] pick_index [Banks];
  logic [IndexWidth-1:0] join_index [Banks];
  logic [RowWidth-1:0] offset_row [QueueDepth];
  logic [OffsetWidth-1:0] offset [QueueDepth];
  logic take;
  logic [IndexWidth-1:0] take_index;
  logic [BankWidth-1:0] take_bank;
  request_t entry;
  logic [Words*64-1:0] entry_data;

  sky_skrm_queue #(
    .D          (D),
    .S          (S),
    .Lanes      (Lanes),
    .FlagSite   (FlagSite),
    .Guard      (Guard),
    .Banks      (Banks),
    .Rows       (Rows),
    .QueueDepth (QueueDepth),
    .OffsetWidth(OffsetWidth)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .policy_i      (policy),
    .depth_i       (queue_depth),
    .last_row_i    (last_row),
    .cmd_valid_i,
    .cmd_ready_o,
    .cmd_i         (cmd_in),
    .wdata_valid_i,
    .wdata_ready_o,
    .wdata_i,
    .at_rest_i     (at_rest),
    .gathers_i     (gathers),
    .pass_row_i    (pass_row),
    .pass_site_i   (pass_site),
    .pass_all_i    (pass_all),
    .pass_changed_i(pass_changed),
    .waiting_o     (waiting),
    .pick_valid_o  (pick_valid),
    .pick_index_o  (pick_index),
    .join_valid_o  (join_valid),
    .join_index_o  (join_index),
    .offset_row_o  (offset_row),
    .offset_i      (offset),
    .take_i        (take),
    .take_index_i  (take_index),
    .take_bank_i   (take_bank),
    .entry_o       (entry),
    .data_o        (entry_data)
  );
  // Head offsets, from the bank that keeps them; only distances need those of the whole queue.
  logic [OffsetWidth-1:0] bank_offsets [Banks*QueueDepth];
  logic [OffsetWidth-1:0] entry_offsets [Banks];
  for (genvar i = 0; i < QueueDepth; i++) begin : g_offset
    if (Lanes == 1) begin : g_none
      assign offset[i] = '0;
    end else begin : g_of_row
      assign offset[i] = bank_offsets[(32'(offset_row[i]) % Banks)*QueueDepth+i];
    end
  end

  // ---- One command a cycle, for the lowest bank that has a use for one.
  always_comb begin
    take       = 1'b0;
    take_index = '0;
    take_bank  = '0;
    for (int unsigned b = Banks; b > 0; b--) begin
      if (pick_valid[b-1] || join_valid[b-1]) begin
        take       = 1'b1;
        take_index = pick_valid[b-1] ? pick_index[b-1] : join_index[b-1];
        take_bank  = BankWidth'(b - 1);
      end
    end
  end
  logic [OffsetWidth-1:0] entry_offset;
  logic [LocalWidth-1:0] entry_row;  // within its bank
  assign entry_offset = entry_offsets[take_bank];
  assign entry_row    = LocalWidth'(entry.cmd.row >> BankShift);

  // ---- The banks
  logic [Banks-1:0] rsp_valid, rsp_taken, rsp_last, errors;
  logic [15:0] rsp_tag [Banks];
  status_e rsp_status [Banks];
  logic [63:0] rsp_word [Banks];
  logic [OffsetWidth-1:0] new_offset [Banks];
  logic [Banks-1:0] offset_write;
  logic [LocalWidth-1:0] bank_row [Banks];
  for (genvar b = 0; b < Banks; b++) begin : g_bank
    logic take_here;
    assign take_here = take && take_bank == BankWidth'(b);

    // Head offset of every row where it rests, steps to the left; non-volatile, like the tracks.
    logic [OffsetWidth-1:0] offsets_q [BankRows] /* verilator public_flat_rd */;
    initial begin
      for (int unsigned r = 0; r < BankRows; r++) offsets_q[r] = '0;
    end
    logic [OffsetWidth-1:0] row_offset;
    assign row_offset       = offsets_q[bank_row[b]];
    assign entry_offsets[b] = (32'(entry_row) < BankRows) ? offsets_q[entry_row] : '0;
    for (genvar i = 0; i < QueueDepth; i++) begin : g_offset
      logic [31:0] local_row;
      assign local_row = 32'(offset_row[i]) >> BankShift;
      assign bank_offsets[b*QueueDepth+i] =
        (Lanes > 1 && local_row < BankRows) ? offsets_q[LocalWidth'(local_row)] : '0;
    end
    always_ff @(posedge clk_i) begin
      if (rst_ni && offset_write[b]) offsets_q[bank_row[b]] <= new_offset[b];
    end

    // Rows with a track that nobody can find any more; non-volatile.
    logic lost_q [BankRows] /* verilator public_flat_rd */;
    initial begin
      for (int unsigned r = 0; r < BankRows; r++) lost_q[r] = 1'b0;
    end
    logic lost;
    always_ff @(posedge clk_i) begin
      if (rst_ni && lost) lost_q[bank_row[b]] <= 1'b1;
    end
    request_t request;
    always_comb begin
      request = entry;
      if (Guard != 0 && entry.status == StatusOk && entry.cmd.op != OpBarrier && lost_q[entry_row]) begin
        request.status = StatusPositionLost;
      end
    end

    logic [Lanes-1:0] shift_lanes, guard_first, guard_second;
    logic [2*Lanes-1:0] position_error;
    if (Guard != 0) begin : g_guard
      for (genvar l = 0; l < Lanes; l++) begin : g_lane
        sky_position_guard u_guard (
          .first_i   (guard_first[l]),
          .second_i  (guard_second[l]),
          .expected_i(row_offset[1:0]),
          .position_o(),
          .error_o   (position_error[2*l+:2])
        );
      end
    end else begin : g_no_guard
      assign position_error = '0;
      logic unused_guard;
      assign unused_guard = ^{guard_first, guard_second};
    end

    logic shift, shift_dir, begin_pass, recover, scan_stop, done, check, correct;
    logic [PortWidth-1:0] shift_start, shift_end;
    logic [Ports-1:0] detect_ports, remove_ports, inject_ports, sense;
    logic [31:0] moved;
    logic [1:0] err;
    stat_e cause;
    request_t done_request;

    sky_skrm_seq #(
      .D       (D),
      .S       (S),
      .Lanes   (Lanes),
      .FlagSite(FlagSite),
      .Rows    (BankRows),
      .Guard   (Guard)
    ) u_seq (
      .clk_i,
      .rst_ni,
      .cycles_i        (cycles),
      .policy_i        (policy),
      .at_rest_o       (at_rest[b]),
      .gathers_o       (gathers[b]),
      .take_i          (take_here && pick_valid[b]),
      .join_i          (take_here && join_valid[b]),
      .wait_i          (join_valid[b] && !take_here),
      .request_i       (request),
      .request_row_i   (entry_row),
      .data_i          (entry_data),
      .pass_row_o      (pass_row[b]),
      .pass_site_o     (pass_site[b]),
      .pass_all_o      (pass_all[b]),
      .pass_changed_o  (pass_changed[b]),
      .rsp_valid_o     (rsp_valid[b]),
      .rsp_taken_i     (rsp_taken[b]),
      .rsp_tag_o       (rsp_tag[b]),
      .rsp_status_o    (rsp_status[b]),
      .rsp_last_o      (rsp_last[b]),
      .rsp_word_o      (rsp_word[b]),
      .row_o           (bank_row[b]),
      .offset_i        (row_offset),
      .request_offset_i(entry_offset),
      .offset_o        (new_offset[b]),
      .offset_write_o  (offset_write[b]),
      .shift_o         (shift),
      .shift_dir_o     (shift_dir),
      .shift_lanes_o   (shift_lanes),
      .shift_start_o   (shift_start),
      .shift_end_o     (shift_end),
      .detect_ports_o  (detect_ports),
      .remove_ports_o  (remove_ports),
      .inject_ports_o  (inject_ports),
      .sense_i         (sense),
      .position_error_i(position_error),
      .cause_o         (cause),
      .begin_pass_o    (begin_pass),
      .recover_o       (recover),
      .scan_stop_o     (scan_stop),
      .check_o         (check),
      .correct_o       (correct),
      .lost_o          (lost),
      .done_o          (done),
      .done_request_o  (done_request)
    );
    sky_track #(
      .D       (Depth),
      .S       (S),
      .Overhead(Overhead),
      .Rows    (BankRows),
      .Lanes   (Lanes),
      .Guard   (Guard)
    ) u_track (
      .clk_i,
      .enable_i      (1'b1),
      .row_i         (bank_row[b]),
      .shift_i       (shift),
      .shift_dir_i   (shift_dir),
      .shift_start_i (shift_start),
      .shift_end_i   (shift_end),
      .shift_lanes_i (shift_lanes),
      .shift_dirs_i  ('0),
      .slip_i        (slip_i[b*2*Lanes+:2*Lanes]),
      .remove_ports_i(remove_ports),
      .inject_ports_i(inject_ports),
      .sense_o       (sense),
      .guard_first_o (guard_first),
      .guard_second_o(guard_second),
      .err_o         (err),
      .look_i        (detect_ports != '0),
      .weigh_i       (energy.shift_charge == ChargePerSkyrmion),
      .moved_o       (moved)
    );
    assign errors[b] = err != 2'd0;

    sky_skrm_stats #(
      .S         (S),
      .Lanes     (Lanes),
      .UsageWidth(UsageWidth)
    ) u_stats (
      .clk_i,
      .rst_ni,
      .energy_i      (energy),
      .at_rest_i     (at_rest[b]),
      .taken_i       (take_here),
      .joined_i      (take_here && join_valid[b]),
      .waiting_i     (waiting[b]),
      .cause_i       (cause),
      .begin_pass_i  (begin_pass),
      .recover_i     (recover),
      .scan_stop_i   (scan_stop),
      .check_i       (check),
      .correct_i     (correct),
      .lost_i        (lost),
      .beat_taken_i  (rsp_taken[b]),
      .done_i        (done),
      .request_i     (done_request),
      .shift_i       (shift),
      .shift_lanes_i (shift_lanes),
      .moved_i       (moved),
      .detect_ports_i(detect_ports),
      .remove_ports_i(remove_ports),
      .inject_ports_i(inject_ports),
      .sense_i       (sense),
      .stats_o       (stats_o[b*StatCount+:StatCount])
    );
  end

  // ---- Responses: a bank keeps the channel until its last beat, then the next one in turn has it.
  logic [BankWidth-1:0] granted_q, granted;
  logic held_q;
  always_comb begin
    granted = granted_q;
    if (!held_q) begin
      for (int unsigned i = Banks; i > 0; i--) begin
        if (rsp_valid[BankWidth'((32'(granted_q) + i) % Banks)]) granted = BankWidth'((32'(granted_q) + i) % Banks);
      end
    end
  end
  assign rsp_valid_o  = rsp_valid[granted];
  assign rsp_tag_o    = rsp_tag[granted];
  assign rsp_status_o = rsp_status[granted];
  assign rsp_last_o   = rsp_last[granted];
  assign rsp_word_o   = rsp_word[granted];
  always_comb begin
    rsp_taken          = '0;
    rsp_taken[granted] = rsp_valid_o && rsp_ready_i;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      granted_q <= '0;
      held_q    <= 1'b0;
    end else if (rsp_valid_o) begin
      granted_q <= granted;
      held_q    <= !(rsp_ready_i && rsp_last_o);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) track_error_o <= 1'b0;
    else if (errors != '0) track_error_o <= 1'b1;
  end

  `SKY_ASSERT(EveryPulseIsLegal, errors == '0)
  `SKY_ASSERT(CommandIsStableUntilTaken,
              cmd_valid_i && !cmd_ready_o |=> cmd_valid_i && $stable(cmd_in))
  `SKY_ASSERT(WriteDataIsStableUntilTaken, wdata_valid_i && !wdata_ready_o |=> wdata_valid_i && $stable(wdata_i))

endmodule
